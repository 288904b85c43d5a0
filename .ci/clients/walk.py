"""What a user's program would do, with the clients that openapi-python-client makes of the contracts."""

import os

from wattbook_accounts_client import Client as AccountsClient
from wattbook_accounts_client.api.accounts import add_account, list_accounts, set_account_property, update_account
from wattbook_accounts_client.models import (
    AccountEnvelope,
    AccountList,
    AccountStatus,
    ErrorEnvelope,
    Fields,
    PropertiesByKey,
    PutAccount,
    PutProperty,
)
from wattbook_onboarding_client import Client as OnboardingClient
from wattbook_onboarding_client.api.onboarding import get_entity_manufacturer, list_entity_types
from wattbook_onboarding_client.models import Connector, EntityType, EntityTypes, Manufacturer
from wattbook_provisioning_client import AuthenticatedClient, Client
from wattbook_provisioning_client.api.access import issue_token_json
from wattbook_provisioning_client.api.provisioning import erase_account, get_provisioned_account, provision_account
from wattbook_provisioning_client.models import (
    AuthenticationAnswer,
    AuthenticationRequest,
    ContactInfo,
    CustomerInfo,
    IdType,
    InstallationInfo,
    Problem,
    ProblemCodeType0,
    ProvisionAccount,
    ProvisionedIds,
)

URL, PAIR = os.environ["WATTBOOK_URL"], (os.environ["WATTBOOK_APP_ID"], os.environ["WATTBOOK_APP_KEY"])

body = ProvisionAccount(
    labelpartner="NORTH",
    customer_info=CustomerInfo(
        external_account_id="py-1",
        email="py-1@example.com",
        contact_info=ContactInfo(firstname="Jo", lastname="Doe"),
    ),
    installation_info=[InstallationInfo(external_installation_id="py-1")],
)

with Client(base_url=URL, httpx_args={"auth": PAIR}) as client:
    made = provision_account.sync_detailed(client=client, body=body, idempotency_key="py-1")
    assert made.status_code == 201 and isinstance(made.parsed, ProvisionedIds), made
    account_id = made.parsed.account_id
    read = get_provisioned_account.sync_detailed(account_id=str(account_id), client=client)
    assert read.parsed.status == "provisioned" and read.parsed.account_id == account_id, read
    again = get_provisioned_account.sync_detailed(
        account_id="py-1", client=client, id_type=IdType.EXTERNAL, if_none_match=read.headers["etag"]
    )
    assert again.status_code == 304 and again.parsed is None, again
    taken = provision_account.sync(client=client, body=body)
    assert isinstance(taken, Problem) and taken.code == ProblemCodeType0.CONFLICT, taken
    assert [error.account_id for error in taken.errors] == [account_id] * 3, taken

with Client(base_url=URL) as nobody:
    token = issue_token_json.sync(client=nobody, body=AuthenticationRequest(client_id=PAIR[0], client_secret=PAIR[1]))
    assert isinstance(token, AuthenticationAnswer), token
    unknown = get_provisioned_account.sync_detailed(account_id=str(account_id), client=nobody)
    assert unknown.status_code == 401, unknown

with AuthenticatedClient(base_url=URL, token=token.access_token) as bearer:
    known = get_provisioned_account.sync_detailed(account_id=str(account_id), client=bearer)
    assert known.status_code == 200, known
    assert erase_account.sync_detailed(account_id=str(account_id), client=bearer).status_code == 204

with AccountsClient(base_url=URL, httpx_args={"auth": PAIR}) as client:
    for n in range(7):
        properties = PropertiesByKey.from_dict({"buildingArea": {"dataValue": n}})
        added = add_account.sync(client=client, body=PutAccount(provider_account_id=f"py-page-{n}", account_name=f"P{n}", properties=properties))
        assert isinstance(added, AccountEnvelope) and added.results[0].status == AccountStatus.ACTIVE, added
    clash = add_account.sync(client=client, body=PutAccount(provider_account_id="py-page-0"))
    assert isinstance(clash, ErrorEnvelope) and clash.results[0].code == "NotUnique", clash
    one = added.results[0]
    back = update_account.sync_detailed(client=client, body=PutAccount.from_dict(one.to_dict()), account_id=one.account_id)
    assert back.status_code == 200 and back.headers["etag"] == '"1"', back
    changed = set_account_property.sync(one.account_id, client=client, body=PutProperty(key_name="owner", data_value="Al"))
    assert changed.results[0].data_value == "Al", changed

    names, token = set(), {}
    while True:
        page = list_accounts.sync(client=client, page_count=3, fields=Fields.MIN, **token)
        assert isinstance(page, AccountList) and len(page.results) <= 3, page
        names |= {account.account_name for account in page.results}
        if not page.next_page_token:
            break
        token = {"page_token": page.next_page_token}
    assert {f"P{n}" for n in range(7)} <= names, names

with OnboardingClient(base_url=URL, httpx_args={"auth": PAIR}) as client:
    types = list_entity_types.sync(client=client)
    assert isinstance(types, EntityTypes) and types.meta.total == len(types.data) == len(EntityType), types
    audi = get_entity_manufacturer.sync_detailed(EntityType.EV, "audi", client=client)
    assert isinstance(audi.parsed, Manufacturer) and audi.parsed.connector == Connector.OAUTH2, audi
    assert audi.parsed.attributes["required"] == ["vin"] and not audi.parsed.available, audi
    again = get_entity_manufacturer.sync_detailed(EntityType.EV, "Audi", client=client, if_none_match=audi.headers["etag"])
    assert again.status_code == 304 and again.parsed is None, again
