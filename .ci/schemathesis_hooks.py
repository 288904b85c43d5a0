"""Makes valid requests meaningful: fits generated bodies to the rules that JSON Schema cannot say.

Only what counts as valid is touched; a deliberately broken body is sent as it was generated.
"""

import copy
import itertools
import os

import schemathesis
from schemathesis.core.parameters import ParameterLocation

# The demo organisation's label partners and their default service types.
LABEL_PARTNERS = {"NORTH": "RT-HR-NILM-HW", "SOUTH": "BR-LR-NILM-noHW"}
# The most unique values that one call may bring.
MOST_CLAIMS = 90
# The longest external id, less what `fresh` appends.
ROOM = 128 - 8

serial = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        # A repeated key with another body is refused by design, so every request brings its own.
        for name in list(case.headers or {}):
            if name.lower() == "idempotency-key":
                case.headers[name] = f"{case.headers[name][:200]}{next(serial)}"
    fit = BODIES.get((case.method, case.path))
    if fit and not case.meta.is_negative_at(ParameterLocation.BODY):
        # A copy, for generated cases share their parts.
        case.body = copy.deepcopy(case.body)
        fit(case.body)


def fit_account(body):
    """The rules of POST /account that span several values or ask the store."""
    customer = body["customer_info"]
    body["labelpartner"] = existing(body["labelpartner"])
    customer["external_account_id"] = fresh(customer["external_account_id"])
    customer["email"] = fresh_email(customer["email"])
    if customer.get("external_authentication_provider_id"):
        customer["external_authentication_provider_id"] = fresh(customer["external_authentication_provider_id"])
    for installation in body["installation_info"]:
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
    body["labelpartner"] = existing(body.get("labelpartner") or "")
    body["external_installation_id"] = fresh(body["external_installation_id"])
    fit_meters(body, body["labelpartner"])


def fit_changed_installation(body):
    if body.get("labelpartner"):
        body["labelpartner"] = existing(body["labelpartner"])


ACCOUNT = "/account/{account_id}"
BODIES = {
    ("POST", "/account"): fit_account,
    ("POST", "/v1/authentication"): fit_credential,
    ("POST", f"{ACCOUNT}/installation"): fit_new_installation,
    ("PUT", f"{ACCOUNT}/installation/{{installation_id}}"): fit_changed_installation,
}
