"""Makes valid requests meaningful: fits generated bodies to the rules that JSON Schema cannot say.

Only what counts as valid is touched; a deliberately broken body is sent as it was generated.
"""

import datetime
import itertools
import os
import re

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# The demo organisation's label partners and their default service types.
LABEL_PARTNERS = {"NORTH": "RT-HR-NILM-HW", "SOUTH": "BR-LR-NILM-noHW"}
# The most unique values that one call may bring.
MOST_CLAIMS = 90
# The longest external id, less what `fresh` appends.
ROOM = 128 - 8

# What cannot be seen, or is formatting, beyond U+FFFF: where no pattern of the document says so.
UNSEEN = re.compile(
    "[\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

serial = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        # A repeated key with another body is refused by design, so every request brings its own, in each run.
        for name in list(case.headers or {}):
            if name.lower() == "idempotency-key":
                case.headers[name] = f"{os.getpid()}-{next(serial)}-{case.headers[name][:200]}"
    # Set only if it is another: what is set counts as made by hand.
    if not case.meta.is_negative_at(ParameterLocation.QUERY) and (query := seen(case.query)) != case.query:
        case.query = query
    if not case.meta.is_negative_at(ParameterLocation.PATH):
        for name, value in (case.path_parameters or {}).items():
            case.path_parameters[name] = fit_path(value)
    aim(case)
    if not case.meta.is_negative_at(ParameterLocation.BODY):
        # A copy, for generated cases share their parts.
        body, fit = seen(case.body), BODIES.get((case.method, case.path))
        if fit or body != case.body:
            case.body = body
        if fit:
            fit(case.body)


def fit_path(value):
    """Without what no path can have, as the document says in words; a whole number without a fraction."""
    if isinstance(value, float):
        return int(value)
    return re.sub("[%?]", "x", value) if isinstance(value, str) else value


def seen(value):
    """A copy with something else in the place of what cannot be seen."""
    if isinstance(value, str):
        return UNSEEN.sub("x", value)
    if isinstance(value, dict):
        return {seen(name): seen(member) for name, member in value.items()}
    return [seen(element) for element in value] if isinstance(value, list) else value


@schemathesis.hook
def after_call(context, case, response):
    """Remembers the last account that was added, for requests about one."""
    if case.method == "POST" and case.path == "/rest/v1/accounts" and response.status_code == 200:
        account = response.json()["results"][0]
        if account["accountId"] and account["providerAccountId"]:
            last_added.update({name: account[name] for name in last_added})


last_added = {"accountId": None, "providerAccountId": None}


def aim(case):
    """Every other request for an account by path is for one that is there; by query, it names one."""
    if (case.method, case.path) == ("GET", "/account") and not case.meta.is_negative_at(ParameterLocation.QUERY):
        case.query = dict(itertools.islice((case.query or {"external_account_id": "nobody"}).items(), 1))
    valid_query = not case.meta.is_negative_at(ParameterLocation.QUERY)
    tokens = {"continuationToken", "continuation_token", "pageToken"}
    if valid_query and case.query and tokens & case.query.keys():
        # A token is nobody's to make up.
        case.query = {name: value for name, value in case.query.items() if name not in tokens}
    if valid_query and case.path.endswith("/changes") and case.query:
        case.query = dict(case.query)
        for first, end in (("from", "to"), ("fromDateTime", "toDateTime")):
            for name in {first, end} & case.query.keys():
                fit_moment(case.query, name)
            fit_period(case.query, first, end)
    if not case.path.startswith("/rest/v1/"):
        return
    if valid_query and case.method == "PUT" and case.path == "/rest/v1/accounts":
        # The body names the account; a made-up id in the query would be another one's.
        case.query = {name: value for name, value in (case.query or {}).items() if "ccountId" not in name}
    if valid_query and (case.method, case.path) == ("GET", "/rest/v1/accounts"):
        case.query = fit_list(case.query or {})
    if valid_query and case.path.endswith(("/tariffs", "/tariffs/{masterTariffId}")) and case.query:
        case.query = dict(case.query)
        for name in ("fromDateTime", "toDateTime"):
            if case.query.get(name):
                fit_moment(case.query, name)
        fit_period(case.query, "fromDateTime", "toDateTime")
    if not last_added["accountId"]:
        return
    if not case.meta.is_negative_at(ParameterLocation.PATH) and next(serial) % 2:
        for name in last_added.keys() & (case.path_parameters or {}).keys():
            case.path_parameters[name] = last_added[name]
    by_query = [("GET", "/rest/v1/account"), ("DELETE", "/rest/v1/accounts")]
    if valid_query and (case.method, case.path) in by_query:
        case.query = {"providerAccountId": last_added["providerAccountId"], **(case.query or {})}


def fit_list(query):
    """What spans several parameters of a list is brought together."""
    query = dict(query)
    if query.get("isRegex") in (True, "true"):
        query = {name: value for name, value in query.items() if name not in ("startsWith", "endsWith")}
        query["search"] = "^[a-c].*"
    if str(query.get("sortOrder", "")).count(",") not in (0, str(query.get("sortOn", "")).count(",")):
        del query["sortOrder"]
    return query


def fit_account(body):
    """The rules of POST /account that span several values or ask the store."""
    customer = body["customer_info"]
    body["labelpartner"] = existing(body["labelpartner"])
    customer["external_account_id"] = fresh(customer["external_account_id"])
    customer["email"] = fresh_email(customer["email"])
    if customer.get("external_authentication_provider_id"):
        customer["external_authentication_provider_id"] = fresh(customer["external_authentication_provider_id"])
    for installation in body["installation_info"]:
        fit_address(installation.get("address_info"))
        if installation.get("labelpartner"):
            installation["labelpartner"] = existing(installation["labelpartner"])
        installation["external_installation_id"] = fresh(installation["external_installation_id"])
        fit_meters(installation, installation.get("labelpartner") or body["labelpartner"])
    while claims(body) > MOST_CLAIMS:
        body["installation_info"].pop()
    agree_on_verification(body)


def claims(body):
    """How many unique values the body brings."""
    meters = [meter for installation in body["installation_info"] for meter in installation.get("meters") or []]
    own = 2 + bool(body["customer_info"].get("external_authentication_provider_id"))
    return own + len(body["installation_info"]) + sum(bool(meter.get("external_meter_id")) for meter in meters)


def fit_meters(installation, label_partner):
    """At most one meter of a kind; batch services need a meter, and an id on each."""
    one_of_a_kind = {}
    for meter in installation.get("meters") or []:
        one_of_a_kind.setdefault((meter.get("meter_energy_type"), meter.get("meter_input_method")), meter)
    meters = list(one_of_a_kind.values())
    service_type = (installation.get("service_information") or {}).get("service_type") or LABEL_PARTNERS[label_partner]
    batch = service_type.startswith("BR-")
    if batch and not meters:
        meters = [{}]
    for meter in meters:
        if batch or meter.get("external_meter_id"):
            meter["external_meter_id"] = fresh(meter.get("external_meter_id") or "meter")
    if meters:
        installation["meters"] = meters


def agree_on_verification(body):
    """The switch may stand with the account and with each installation, but must say the same everywhere."""
    holders = [body, *body["installation_info"]]
    stated = [holder for holder in holders if holder.get("create_verified_user") is not None]
    for holder in stated:
        holder["create_verified_user"] = stated[0]["create_verified_user"]


def existing(code):
    return code if code in LABEL_PARTNERS else sorted(LABEL_PARTNERS)[len(code) % 2]


def fresh_email(email):
    """The address with a number before it, unless it is at its limits already."""
    numbered = f"{next(serial)}.{email}"
    return numbered if len(numbered) <= 254 and numbered.find("@") <= 64 else email


def fresh(external_id):
    """The id as generated, at its extremes too, but never one that was used before."""
    return f"{external_id[:ROOM]}~{next(serial)}"


def fit_credential(body):
    """Every other request shows a credential that exists."""
    if next(serial) % 2:
        body["clientId"], body["clientSecret"] = os.environ["WATTBOOK_APP_ID"], os.environ["WATTBOOK_APP_KEY"]


def fit_new_installation(body):
    """An installation for an account of any brand: with a brand of its own, so that its meters can fit it."""
    fit_address(body.get("address_info"))
    body["labelpartner"] = existing(body.get("labelpartner") or "")
    body["external_installation_id"] = fresh(body["external_installation_id"])
    fit_meters(body, body["labelpartner"])


# A ZIP code that has lost the zeros it begins with: refused where the country is one that has ZIP codes.
LOST_ZEROS = re.compile(r"\s*([0-9]{1,4}|[0-9]{1,4}\W[0-9]{4}|[0-9]{6,8})\s*")


def fit_address(address):
    for name in ("postal_code", "zip"):
        if address and LOST_ZEROS.fullmatch(address.get(name) or ""):
            address[name] = "94105"


def fit_move(body):
    """Who moves in is said once, and of somebody new alone whether the e-mail is verified."""
    to = body["to"]
    ways = [name for name in ("customer_info", "account_id", "external_account_id") if to.get(name)]
    for name in ways[1:]:
        del to[name]
    if not ways:
        to["external_account_id"] = "nobody"
    if not to.get("customer_info"):
        to.pop("create_verified_user", None)
        return
    customer = to["customer_info"]
    customer["external_account_id"] = fresh(customer["external_account_id"])
    customer["email"] = fresh_email(customer["email"])


def fit_changed_installation(body):
    fit_address(body.get("address_info"))
    if body.get("labelpartner"):
        body["labelpartner"] = existing(body["labelpartner"])


# Names of an account that are the key of no property.
RESERVED_KEYS = {
    *("accountId", "providerAccountId", "accountName", "customerOrgId", "customerOrgName", "owner", "status", "type"),
    *("timeZone", "email", "firstName", "lastName", "labelPartner", "address", "properties", "tariffs", "installations"),
    *("addressString", "addressName", "address1", "address2", "city", "state", "zip", "country", "lon", "lat"),
    *("formattedAddress", "projects", "masterTariffId"),
}
# A value for each name that takes not any text.
FIELD_VALUES = {
    "status": "INACTIVE",
    "type": "TARGET",
    "timeZone": "Europe/Amsterdam",
    "email": "jo@example.com",
    "country": "NL",
    "lon": "4.9",
    "lat": "52.37",
    "masterTariffId": "522",
    "customerClass": "GENERAL",
    "buildingVintage": "1936",
}
# What can be sent back as it was read, but not be set.
IMMUTABLE_KEYS = {"accountId", "providerAccountId", "labelPartner", "address", "properties", "tariffs", "installations"}


def fit_added_account(body):
    """The rules of POST /rest/v1/accounts that span several values or ask the store."""
    # Ours is drawn, and never taken.
    body.pop("accountId", None)
    if body.get("providerAccountId"):
        body["providerAccountId"] = fresh(body["providerAccountId"])
    fit_account_members(body)


def fit_upserted_account(body):
    """An account that is named by the body: by an own id that is new."""
    body["providerAccountId"] = body.get("providerAccountId") or "own"
    fit_added_account(body)


def fit_updated_account(body):
    """An account that is named by the path, whose ids and brand never change."""
    for name in ("accountId", "providerAccountId", "labelPartner"):
        body.pop(name, None)
    fit_account_members(body)


def fit_account_members(body):
    fit_zone(body)
    fit_address(body.get("address"))
    if body.get("labelPartner"):
        body["labelPartner"] = existing(body["labelPartner"])
    if body.get("email"):
        body["email"] = fresh_email(body["email"])
    if body.get("properties"):
        # What is stated in both places must be the same.
        body.pop("customerClass", None)
        body["properties"] = fit_properties(body["properties"])
    if body.get("tariffs"):
        body["tariffs"] = fit_tariffs(body["tariffs"])


def fit_properties(properties):
    """Without names that are no key; listed, each key once."""
    if isinstance(properties, dict):
        fitting = {key: value for key, value in properties.items() if key not in RESERVED_KEYS}
        return {key: None if value is None else fit_value(key, value) for key, value in fitting.items()}
    by_key = {entry["keyName"]: entry for entry in properties if entry and entry["keyName"] not in RESERVED_KEYS}
    return [{**fit_value(key, entry), "keyName": key} for key, entry in by_key.items()]


def fit_value(key, value):
    """The value of a property: it has one, of those that its key takes, and its period does not end before it begins."""
    value.pop("keyName", None)
    if key in FIELD_VALUES or value.get("dataValue") is None:
        value["dataValue"] = FIELD_VALUES.get(key, "1")
    for name in ("fromDateTime", "toDateTime"):
        if value.get(name):
            fit_moment(value, name)
    fit_period(value, "fromDateTime", "toDateTime")
    return value


def fit_moment(holder, name):
    """A day that there is: the document has the form alone."""
    try:
        datetime.datetime.fromisoformat(holder[name].replace("Z", "+00:00"))
        assert 1 < int(holder[name][:4]) < 9999
    except (ValueError, AssertionError):
        holder[name] = "2026-01-31T10:00"


def fit_period(holder, first, end):
    """Of a period that is stated whole, only the beginning is kept: to compare two moments is not our business."""
    if holder.get(first) and holder.get(end):
        del holder[end]


def fit_property(body):
    """One property or field. What it takes follows from its name."""
    key = body["keyName"]
    if key in IMMUTABLE_KEYS or key in RESERVED_KEYS - FIELD_VALUES.keys():
        body["keyName"] = key = fresh("key")
    fit_value(key, body)
    body["keyName"] = key
    if key == "email":
        body["dataValue"] = fresh_email(body["dataValue"])


def fit_tariffs(tariffs):
    """Each names its tariff; there is one for each service, so that none overlaps another."""
    of_a_service = {}
    for tariff in tariffs:
        of_a_service.setdefault(tariff.get("serviceType") or "ELECTRICITY", fit_tariff(tariff))
    return list(of_a_service.values())


def fit_set_tariffs(body):
    """One tariff, or a list of them."""
    if isinstance(body, list):
        body[:] = fit_tariffs(body)
    else:
        fit_tariff(body)


def fit_zone(holder):
    """One that there is, for the document has no list of them."""
    if holder.get("timeZone"):
        holder["timeZone"] = ("Europe/Amsterdam", "America/Los_Angeles", "Etc/GMT+0", "GMT0")[len(holder["timeZone"]) % 4]


def fit_tariff(tariff):
    fit_zone(tariff)
    if tariff.get("masterTariffId") is None:
        tariff["masterTariffId"] = 522
    fit_period(tariff, "effectiveDate", "endDate")
    return tariff


def fit_onboarding(body):
    """A car of the sandbox, which asks for no more than its VIN; what else is named has to be there, or is left out."""
    for name in ("code", "ean", "email", "properties", "returnUrl", "tenantId"):
        body.pop(name, None)
    body.update(type="EV", manufacturer="Sandbox", vin=f"WAUZZZGE1NB{next(serial):06}")
    if body.get("model") is not None:
        body["model"] = "Q4"
    if body.get("labelPartner"):
        body["labelPartner"] = existing(body["labelPartner"])


def fit_collective(body):
    """The brand is one of those that there are, and the organisation the caller's own."""
    body.pop("tenantId", None)
    if body.get("labelPartner"):
        body["labelPartner"] = existing(body["labelPartner"])


def fit_webhook(body):
    """An address on the internet, each type once, and a brand that there is."""
    if body.get("url"):
        body["url"] = f"https://hooks.example.com/{next(serial)}"
    if body.get("event_types"):
        body["event_types"] = sorted(set(body["event_types"]))
    if body.get("label_partner"):
        body["label_partner"] = existing(body["label_partner"])


ACCOUNT = "/account/{account_id}"
BODIES = {
    ("POST", "/account"): fit_account,
    ("POST", "/v1/authentication"): fit_credential,
    ("POST", f"{ACCOUNT}/installation"): fit_new_installation,
    ("PUT", f"{ACCOUNT}/installation/{{installation_id}}"): fit_changed_installation,
    ("POST", "/installation/{external_installation_id}/move"): fit_move,
    ("POST", "/installation/move"): fit_move,
    ("POST", "/collectives"): fit_collective,
    ("POST", "/onboarding/entities"): fit_onboarding,
    ("POST", "/webhooks"): fit_webhook,
    ("PUT", "/webhooks/{id}"): fit_webhook,
}
BODIES["POST", "/rest/v1/accounts"] = fit_added_account
BODIES["PUT", "/rest/v1/accounts"] = fit_upserted_account
for path in ("/rest/v1/accounts/{accountId}", "/rest/v1/accounts/pid/{providerAccountId}"):
    BODIES["PUT", path] = fit_updated_account
    BODIES["PUT", f"{path}/tariffs"] = fit_set_tariffs
    BODIES["POST", f"{path}/properties"] = fit_property
    BODIES["PUT", f"{path}/properties"] = fit_property
