use uuid::Uuid;

use super::*;
use crate::Flaw;

#[test]
fn only_addresses_of_the_internet_are_public() {
    for public in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.0",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2600:1f00::1",
        "2a05:d018::1",
        "2001:200::1",
        "3ffe::1",
    ] {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
    for not_public in [
        // This network, private, loopback, link-local with metadata services.
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        // Carriers, assignments, documentation, relays, benchmarks.
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        // Multicast, reserved, broadcast.
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        // The same in IPv6: unspecified, loopback, mapped, compatible, translated.
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a9fe:a9fe",
        // Teredo, benchmarks, ORCHID, documentation, 6to4, discard, segment routing.
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "3fff:fff::1",
        "100::1",
        "5f00::1",
        // Unique local, with the metadata service of EC2, link-local, site-local, multicast.
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!is_public(not_public.parse().unwrap()), "{not_public}");
    }
}

#[test]
fn a_receiver_is_on_the_internet_in_whatever_notation() {
    for (raw, kept) in [
        ("https://hooks.example.com/wattbook", "https://hooks.example.com/wattbook"),
        ("HTTPS://Hooks.Example.COM", "https://hooks.example.com/"),
        ("https://hooks.example.com.:8443/a?b=c", "https://hooks.example.com.:8443/a?b=c"),
        ("https://134744072/", "https://8.8.8.8/"),
        ("https://[2600:1f00::1]:8443/", "https://[2600:1f00::1]:8443/"),
    ] {
        assert_eq!(ReceiverUrl::parse(raw, Receivers::Public).map(|url| url.as_str().to_owned()), Ok(kept.to_owned()));
    }
    let refused = |raw: &str| ReceiverUrl::parse(raw, Receivers::Public).unwrap_err();
    for raw in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://127.0.0.1:8443/",
        "https://0/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0xa9fea9fe/",
        "https://2852039166/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fd00:ec2::254]/",
        "https://%31%32%37.0.0.1/",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST:8443/",
        "https://a.localhost/",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://10.0.0.1:443/",
    ] {
        assert_eq!(refused(raw), Flaw::ReceiverNotPublic, "{raw}");
    }
    for raw in [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:hooks.example.com",
        "https:/hooks.example.com",
        "https:///hooks.example.com",
        "https://",
        "https://jo@hooks.example.com/",
        "https://jo:secret@hooks.example.com/",
        "https://8.8.8.8@127.0.0.1/",
        "https://hooks.example.com/#a",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/a b",
        " https://hooks.example.com/",
        "https://hooks.example.com/\n",
        "https://škoda.example/",
        "https://hooks.example.com:99999/",
        "https://1.2.3.4.5/",
        "https://0x100000000/",
        "https://[fe80::1%25eth0]/",
        "https://１２７.0.0.1/",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ] {
        let flaw = refused(raw);
        assert!(
            flaw == Flaw::ReceiverUrl || (raw.contains("///") && flaw == Flaw::ReceiverNotPublic),
            "{raw} {flaw:?}"
        );
    }
    let long = format!("https://a.example/{}", "x".repeat(ReceiverUrl::MAX));
    assert_eq!(refused(&long), Flaw::TooLong { max: ReceiverUrl::MAX });
    for local in ["http://127.0.0.1:8080/", "http://localhost:8080/a", "https://[::1]/"] {
        assert!(ReceiverUrl::parse(local, Receivers::Any).is_ok(), "{local}");
    }
    assert!(ReceiverUrl::parse("http://jo@127.0.0.1/", Receivers::Any).is_err());
}

#[test]
fn a_number_is_told_from_a_name() {
    let number = |raw| ReceiverUrl::parse(raw, Receivers::Any).unwrap().number().map(|number| number.to_string());
    assert_eq!(number("http://0x7f.1/").as_deref(), Some("127.0.0.1"));
    assert_eq!(number("http://[::1]/").as_deref(), Some("::1"));
    assert_eq!(number("https://hooks.example.com/"), None);
}

fn webhook() -> Webhook {
    Webhook {
        id: WebhookId::new_random(),
        organisation: OrganisationId::new_random(),
        label_partner: None,
        url: ReceiverUrl::parse("https://hooks.example.com/", Receivers::Public).unwrap(),
        event_types: vec![EventType::AccountCreated, EventType::EntityConnected],
        description: None,
        secret: SealedSecret("one".into()),
        previous_secret: None,
        disabled: None,
        answer_key: AnswerKey::new_random(),
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_webhook_is_told_of_what_it_asked_for_and_its_brand_has() {
    let (north, south) = (LabelPartnerCode::parse("NORTH").unwrap(), LabelPartnerCode::parse("SOUTH").unwrap());
    let all = webhook();
    assert!(all.wants("account.created", Some(&north)) && all.wants("entity.connected", None));
    assert!(!all.wants("account.updated", None) && !all.wants("account", None));
    let everything = Webhook { event_types: vec![EventType::All], ..webhook() };
    assert!(everything.wants("account.updated", None) && everything.wants("what.comes", Some(&south)));
    let of_north = Webhook { label_partner: Some(north.clone()), ..everything };
    assert!(of_north.wants("account.created", Some(&north)));
    assert!(!of_north.wants("account.created", Some(&south)) && !of_north.wants("account.created", None));
    let disabled = Some(Disabled { by: DisabledBy::Caller, at: Timestamp::UNIX_EPOCH });
    assert!(!Webhook { disabled, ..of_north }.wants("account.created", Some(&north)));
}

#[test]
fn a_secret_is_used_for_a_day_beside_the_one_in_its_place() {
    let now = Timestamp::UNIX_EPOCH;
    let rotated = webhook().with_secret(SealedSecret("two".into()), now);
    let secrets = |at| rotated.secrets(at).into_iter().map(|secret| secret.0.clone()).collect::<Vec<_>>();
    assert_eq!(secrets(now), ["two", "one"]);
    assert_eq!(secrets(now + SignedDuration::from_secs(24 * 3600 - 1)), ["two", "one"]);
    assert_eq!(secrets(now + SignedDuration::from_hours(24)), ["two"]);
    let again = rotated.with_secret(SealedSecret("three".into()), now);
    assert_eq!(again.secrets(now).len(), 2);
    assert!(!format!("{again:?}").contains("three"));
}

#[test]
fn the_id_of_a_delivery_follows_from_the_event_and_sorts_as_it_happened() {
    let (webhook, event) = (WebhookId::new_random(), Uuid::new_v4());
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let id = DeliveryId::of(webhook, event, at(1_800_000_000));
    assert_eq!(id, DeliveryId::of(webhook, event, at(1_800_000_000)));
    assert_ne!(id, DeliveryId::of(WebhookId::new_random(), event, at(1_800_000_000)));
    assert_ne!(id, DeliveryId::of(webhook, Uuid::new_v4(), at(1_800_000_000)));
    let later = DeliveryId::of(webhook, Uuid::new_v4(), at(1_800_000_001));
    assert!(id < later && id.to_string() < later.to_string());
    assert_eq!(id.to_string().parse::<Uuid>().unwrap().get_version_num(), 8);
}
