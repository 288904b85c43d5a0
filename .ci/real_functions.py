#!/usr/bin/env python3
"""Runs every compiled function as Lambda would and checks what it answers to its sample event.

The store is the local bundle's embedded DynamoDB. Each function has a check at the end of this file, named
after it; a function without a sample event or without a check is a failure, and so is an event too many.
"""

import argparse
import base64
import copy
import functools
import json
import pathlib
import re
import secrets
import statistics
import string
import subprocess
import sys
import tempfile
import traceback
import urllib.parse

sys.dont_write_bytecode = True  # nothing is left behind in the work tree

import bundle
import emulator

ROOT = pathlib.Path(__file__).resolve().parent.parent
NEWEST_GLIBC = (2, 34)  # what the Lambda runtime provided.al2023 has
WARM_CALLS = 10

CHECKS = {}


def check(name):
    """Registers the check of a function; they run in the order in which they stand here."""

    def register(function):
        CHECKS[name] = function
        return function

    return register


class Functions:
    """The functions under test, each started when it is first asked for."""

    def __init__(self, binaries, environment, logs):
        self.binaries, self.environment, self.logs = binaries, environment, logs
        self.emulator = emulator.find_emulator()
        self.started = {}

    def __getitem__(self, name):
        if name not in self.started:
            log = pathlib.Path(self.logs, name + ".log")
            self.started[name] = emulator.Function(self.emulator, self.binaries / name, self.environment, log)
        return self.started[name]

    def invoke(self, name, event):
        return self[name].invoke(event)

    def stop(self):
        for function in self.started.values():
            function.stop()

    # What several checks need, made once and through the functions themselves.

    @functools.cached_property
    def organisation_id(self):
        created = self.invoke("administer-organisations", sample("administer-organisations"))
        return created["organisation_id"]

    @functools.cached_property
    def credential(self):
        """App id and app key of an admin of an organisation with the label partner NORTH."""
        for code, service_type in [("NORTH", "RT-HR-NILM-HW"), ("SOUTH", "BR-LR-NILM-noHW")]:
            self.operate("put-label-partner", code=code, name=code.title(), default_service_type=service_type)
        issued = self.operate("issue-credential", access="admin")
        return issued["app_id"], issued["app_key"]

    def operate(self, action, **arguments):
        event = {"action": action, "organisation_id": self.organisation_id, **arguments}
        return self.invoke("administer-organisations", event)

    def authorize(self, header):
        event = sample("authorize-request")
        event["identitySource"] = [header]
        event["headers"]["authorization"] = header
        return self.invoke("authorize-request", event)


@functools.cache
def _read(name):
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


def sample(name):
    return copy.deepcopy(_read(name))


def json_answer(answer, status):
    """The body of an API Gateway answer, once its shape and status are as they must be."""
    assert answer.get("statusCode") == status, f"expected {status}, got {json.dumps(answer)[:2000]}"
    headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    assert re.match(r"application/([\w.-]+\+)?json\b", headers.get("content-type", "")), headers
    assert headers.get("x-request-id"), f"no X-Request-Id in {headers}"
    body = answer["body"]
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return json.loads(body), headers


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def key_ring():
    """A key set as the template's secrets hold it."""
    key = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64))
    return json.dumps({"current": "k1", "k1": key})


def needed_glibc(binary):
    symbols = subprocess.run(["objdump", "-T", binary], check=True, capture_output=True, text=True).stdout
    versions = re.findall(r"GLIBC_(\d+(?:\.\d+)+)", symbols)
    return max((tuple(map(int, version.split("."))) for version in versions), default=(0,))


def run(name, functions, binaries):
    """Checks one function; answers None or what is wrong with it."""
    try:
        assert (ROOT / "events" / f"{name}.json").exists(), f"events/{name}.json is missing"
        assert name in CHECKS, "this script has no check for it"
        assert (binaries / name).exists(), f"{binaries / name} is missing: no such function, or not built"
        needed = needed_glibc(binaries / name)
        assert needed <= NEWEST_GLIBC, f"needs GLIBC_{'.'.join(map(str, needed))}"
        CHECKS[name](functions)
        for _ in range(WARM_CALLS):
            functions.invoke(name, sample(name))
    except Exception:  # whatever it is, it is this function's result, and the others are still checked
        log = functions.started[name].log()[-3000:] if name in functions.started else ""
        return f"{traceback.format_exc()}{log}"
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--binaries", type=pathlib.Path, default=ROOT / "target/ci", help="folder of the functions")
    options.add_argument("--bundle", type=pathlib.Path, default=ROOT / "target/debug/wattbook", help="local bundle")
    options = options.parse_args()

    functions_there = {path.parent.name for path in (ROOT / "functions").glob("*/*/Cargo.toml")}
    events_there = {path.stem for path in (ROOT / "events").glob("*.json")}
    # In the order of the checks; what has none comes last, and fails.
    names = [*CHECKS, *sorted((functions_there | events_there) - CHECKS.keys())]

    failed = 0
    with bundle.running_bundle(options.bundle) as local, tempfile.TemporaryDirectory(prefix="wattbook-ci-") as logs:
        functions = Functions(options.binaries, environment(local), logs)
        try:
            print(f"{'function':<28}{'first answer':>14}{'warm':>10}  status")
            for name in names:
                fault = run(name, functions, options.binaries)
                function = functions.started.get(name)
                first = f"{function.first_ms:.1f} ms" if function and function.first_ms else "-"
                warm = f"{statistics.median(function.warm_ms):.1f} ms" if function and function.warm_ms else "-"
                print(f"{name:<28}{first:>14}{warm:>10}  {'FAILED' if fault else 'ok'}", flush=True)
                if fault:
                    failed += 1
                    print(fault)
        finally:
            functions.stop()
    print(f"real functions: {len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


def environment(local):
    """What the template gives the functions, and where Lambda would give them a role, made-up credentials."""
    return {
        "TABLE_NAME": local["WATTBOOK_TABLE"],
        "UNIQUENESS_SCOPE": "platform",
        "SIGNING_KEYS": key_ring(),
        "HASH_KEYS": key_ring(),
        "EVENT_BUS": "console",
        "LOG_LEVEL": "info",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL_DYNAMODB": local["WATTBOOK_STORE_ENDPOINT"],
    }


# ---- the checks ---------------------------------------------------------------------------------------


@check("administer-organisations")
def _(functions):
    assert re.fullmatch(r"[0-9a-f-]{36}", functions.organisation_id), functions.organisation_id
    app_id, app_key = functions.credential
    assert app_id and app_key


@check("load-reference-data")
def _(functions):
    event = sample("load-reference-data")
    loaded = {"rows": 1, "written": 1, "duplicates": 0, "rejected": []}
    for _ in range(2):
        assert functions.invoke("load-reference-data", event) == loaded

    event["csv"] = event["csv"].replace("74.03", "174.03")
    refused = functions.invoke("load-reference-data", event)
    assert refused["written"] == 0 and refused["rejected"][0]["column"] == "likelihood", refused


@check("authorize-request")
def _(functions):
    unknown = functions.invoke("authorize-request", sample("authorize-request"))
    assert unknown["isAuthorized"] is False, unknown

    app_id, app_key = functions.credential
    answer = functions.authorize(basic(app_id, app_key))
    assert answer["isAuthorized"] is True, answer
    context = answer["context"]
    assert context["organisation_id"] == functions.organisation_id, context
    assert (context["app_id"], context["access"]) == (app_id, "admin"), context
    assert "NORTH=RT-HR-NILM-HW" in context["label_partners"].split(";"), context

    assert functions.authorize(basic(app_id, app_key + "x"))["isAuthorized"] is False


@check("issue-token")
def _(functions):
    json_answer(functions.invoke("issue-token", sample("issue-token")), 401)

    app_id, app_key = functions.credential
    form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": app_key}
    event = sample("issue-token")
    event["body"] = base64.b64encode(urllib.parse.urlencode(form).encode()).decode()
    token, headers = json_answer(functions.invoke("issue-token", event), 200)
    assert token["token_type"].lower() == "bearer" and token["expires_in"] == 3600, token.keys()
    assert "no-store" in headers.get("cache-control", ""), headers

    answer = functions.authorize("Bearer " + token["access_token"])
    assert answer["isAuthorized"] is True, answer
    assert answer["context"]["organisation_id"] == functions.organisation_id, answer
    assert functions.authorize("Bearer " + token["access_token"][:-2])["isAuthorized"] is False


@check("provision-account")
def _(functions):
    event = sample("provision-account")
    created, headers = json_answer(functions.invoke("provision-account", event), 201)
    assert headers.get("location") == f"/account/{created['account_id']}", headers
    assert headers.get("etag"), headers

    conflict, _ = json_answer(functions.invoke("provision-account", event), 409)
    paths = [error["path"] for error in conflict["errors"]]
    assert "/customer_info/email" in paths and "/customer_info/external_account_id" in paths, conflict


@check("get-provisioned-account")
def _(functions):
    # Reads what the check before it created.
    event = sample("get-provisioned-account")
    account, headers = json_answer(functions.invoke("get-provisioned-account", event), 200)
    sent = json.loads(sample("provision-account")["body"])
    assert account["customer_info"]["email"] == sent["customer_info"]["email"], account
    meters = account["installation_info"][0]["meters"]
    assert meters[0]["external_meter_id"] == sent["installation_info"][0]["meters"][0]["external_meter_id"], account

    event["headers"]["if-none-match"] = headers["etag"]
    unchanged = functions.invoke("get-provisioned-account", event)
    assert unchanged["statusCode"] == 304, unchanged


@check("find-account")
def _(functions):
    found, headers = json_answer(functions.invoke("find-account", sample("find-account")), 200)
    sent = json.loads(sample("provision-account")["body"])["customer_info"]
    assert found["customer_info"]["external_account_id"] == sent["external_account_id"], found
    assert headers.get("etag"), headers


@check("register-customer")
def _(functions):
    # Tokens are signed with keys that are drawn anew, so a sample can only have one that does not work.
    refused, _ = json_answer(functions.invoke("register-customer", sample("register-customer")), 400)
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("invalid_token", "/token")], refused


@check("resend-verification")
def _(functions):
    accepted, _ = json_answer(functions.invoke("resend-verification", sample("resend-verification")), 202)
    assert accepted == {"status": "accepted"}, accepted


def changes(name, status, holds=""):
    """A change of the account that was provisioned before, in this order."""

    @check(name)
    def _(functions):
        answer = functions.invoke(name, sample(name))
        if status == 204:
            assert answer["statusCode"] == 204 and not answer.get("body"), answer
        else:
            body, headers = json_answer(answer, status)
            assert holds in json.dumps(body) and headers.get("etag"), (body, headers)


changes("update-customer-info", 200, "john@example.com")
changes("add-installation", 201, "9999832104327")
changes("update-installation", 200, "Damrak")
changes("set-primary-installation", 200, "9999832104326")
changes("add-meter", 201, "9999167256102")
changes("update-meter", 200, "G4-0815")
changes("remove-meter", 204)
changes("remove-installation", 204)
changes("move-installation", 201, "9999999999333")
changes("erase-account", 204)


@check("publish-changes")
def _(functions):
    event = sample("publish-changes")
    assert functions.invoke("publish-changes", event) == {"batchItemFailures": []}
    # The console is the function's own standard output.
    lines = [line for line in functions["publish-changes"].log().splitlines() if '"source":"wattbook"' in line]
    events = [json.loads(line[line.index("{") :]) for line in lines]
    kinds = ["account.created", "email.verification_requested"] * 2 + ["account.deleted"]
    kinds[2] = "account.updated"
    assert [event["detail-type"] for event in events] == kinds, events
    assert events[1]["detail"]["token"], events[1]

    event["Records"][2]["dynamodb"]["NewImage"]["account"] = {"S": "not an account"}
    failed = event["Records"][2]["dynamodb"]["SequenceNumber"]
    answer = functions.invoke("publish-changes", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": failed}]}, answer


@check("get-openapi")
def _(functions):
    served, _ = json_answer(functions.invoke("get-openapi", sample("get-openapi")), 200)
    assert served == json.loads((ROOT / "shared/api/openapi.json").read_text()), "not the document that is checked in"


@check("answer-unmatched-route")
def _(functions):
    json_answer(functions.invoke("answer-unmatched-route", sample("answer-unmatched-route")), 404)


if __name__ == "__main__":
    sys.exit(main())
