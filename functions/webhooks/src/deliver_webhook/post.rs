//! One try: what is sent, and what came of it.

use std::{sync::LazyLock, time::Duration};

use http::Request;
use wattbook_api::{Failure, Services, clock, signature};
use wattbook_domain::webhook::{Delivery, DeliveryFailure, Receivers, SealedSecret, Webhook};
use wattbook_outbound::{CallError, Client};

/// To connect, the TLS handshake included.
const CONNECT: Duration = Duration::from_secs(5);
/// For everything, from the look-up of the name to the answer's status.
const WHOLE: Duration = Duration::from_secs(10);

/// What came of a try.
pub(super) enum Outcome {
    /// The receiver has taken it.
    Taken {
        /// Its status, one of 2xx.
        status: u16,
    },
    /// The receiver says that it wants nothing any more.
    Gone,
    /// It did not succeed.
    Missed {
        /// Why.
        failure: DeliveryFailure,
        /// What the receiver answered.
        status: Option<u16>,
    },
}

/// Sends a body to the webhook's receiver, signed for now. Of the answer nothing is read but its status.
pub(super) async fn post(
    services: &Services,
    webhook: &Webhook,
    delivery: &Delivery,
    body: &str,
) -> Result<Outcome, Failure> {
    let (now, id) = (clock::now(), delivery.event.to_string());
    let sign = |sealed: &SealedSecret| {
        let secret = services.connector_keys()?.open(&signature::place(webhook.organisation, webhook.id), &sealed.0);
        let signature = secret.and_then(|secret| signature::of(&secret, &id, now, body));
        signature.ok_or_else(|| Failure::Internal("the secret of a webhook cannot be opened".into()))
    };
    let signatures = webhook.secrets(now).into_iter().map(sign).collect::<Result<Vec<_>, _>>()?;
    let request = Request::post(webhook.url.as_str())
        .header("content-type", "application/json")
        .header("user-agent", "Wattbook-Webhooks/1")
        .header("webhook-id", &id)
        .header("webhook-timestamp", now.as_second())
        .header("webhook-signature", signatures.join(" "))
        .body(body.as_bytes().to_vec())
        .map_err(|error| Failure::Internal(error.into()))?;
    Ok(match client(services.receivers()?).status(request).await {
        Ok(status @ 200..=299) => Outcome::Taken { status },
        Ok(410) => Outcome::Gone,
        Ok(status) => Outcome::Missed { failure: DeliveryFailure::Refused, status: Some(status) },
        Err(error) => Outcome::Missed { failure: failure(error), status: None },
    })
}

/// The one of this process, which is made at its first use.
fn client(receivers: Receivers) -> &'static Client {
    static PUBLIC: LazyLock<Client> = LazyLock::new(|| Client::new(Receivers::Public, CONNECT, WHOLE));
    static ANY: LazyLock<Client> = LazyLock::new(|| Client::new(Receivers::Any, CONNECT, WHOLE));
    match receivers {
        Receivers::Public => &PUBLIC,
        Receivers::Any => &ANY,
    }
}

const fn failure(error: CallError) -> DeliveryFailure {
    match error {
        CallError::NotPublic => DeliveryFailure::AddressNotAllowed,
        CallError::TimeOut | CallError::ConnectTimeOut => DeliveryFailure::TimeOut,
        CallError::Unwritable
        | CallError::NoConnection
        | CallError::NotHttp
        | CallError::Huge
        | CallError::BrokenOff => DeliveryFailure::NoConnection,
    }
}
