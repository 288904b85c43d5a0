#!/usr/bin/env python3
"""Runs every compiled function as Lambda would and checks what it answers to its sample event.

The store is the local bundle's embedded DynamoDB. The samples run in the order of their steps; what each is answered
stands beside it, as `events/<function>.answer.json`. What only programs of their own show is checked further at the
end of this file, for the few functions that have it.
"""

import argparse
import base64
import copy
import datetime
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
import time
import traceback
import urllib.parse
import uuid

sys.dont_write_bytecode = True  # nothing is left behind in the work tree

import bundle
import emulator

ROOT = pathlib.Path(__file__).resolve().parent.parent
NEWEST_GLIBC = (2, 34)  # what the Lambda runtime provided.al2023 has
WARM_CALLS = 10

FURTHER = {}


def further(name):
    """Registers what is looked at besides the answer to the sample."""

    def register(function):
        FURTHER[name] = function
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
            program = self.binaries / emulator.PROGRAMS[name]
            self.started[name] = emulator.Function(self.emulator, program, name, self.environment, log)
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
    """What is planned has to be after the account is there: a day of December 2026 is as many days from today."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return json.loads(
        re.sub(r"\b2026-12-(\d\d)\b", lambda day: str(today + datetime.timedelta(days=int(day[1]))), text)
    )


def sample(name):
    return copy.deepcopy(_read(name))


def asked(name, functions):
    """What a function is asked: its sample."""
    event = sample(name)
    if name == "administer-users":
        # Somebody new, of an organisation that is there and has the label partner.
        assert functions.credential
        event.update(organisation_id=functions.organisation_id, email=f"{uuid.uuid4()}@example.com")
    return event


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


def compare(expected, answer, path=""):
    """Fails where the answer has not what is expected of it; `tests/bundle/events.rs` says the rules."""
    is_text = not isinstance(expected, dict) and (path != "/body" or isinstance(expected, str))
    if not is_text and isinstance(answer, str):
        answer = json.loads(answer)  # a body is text to API Gateway
    if path.endswith(("/CustomerId", "/MeterId")) and isinstance(expected, int):
        assert isinstance(answer, int), f"no number at {path}"  # it is drawn, or follows from what is
    elif expected == "*":
        assert answer not in (None, ""), f"nothing at {path}"
    elif isinstance(expected, dict) and isinstance(answer, dict):
        for name, value in expected.items():
            compare(value, answer.get(name), f"{path}/{name}")
    elif isinstance(expected, list) and isinstance(answer, list):
        assert len(expected) == len(answer), f"{len(answer)} elements at {path}: {json.dumps(answer)[:2000]}"
        for i, (value, element) in enumerate(zip(expected, answer)):
            compare(value, element, f"{path}/{i}")
    elif isinstance(expected, str) and isinstance(answer, str):
        assert drawn(expected) == drawn(answer), f"{path} is {json.dumps(answer)[:2000]}, not like {json.dumps(expected)}"
    else:
        assert expected == answer, f"{path} is {json.dumps(answer)[:2000]}, not {json.dumps(expected)}"


def drawn(text):
    """The text without what is another one each time: ids that we draw, what is signed of them, and times."""
    text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>", text)
    text = re.sub(r"/api/customers/[0-9]+/", "/api/customers/<number>/", text)
    text = re.sub(r"\.[0-9]{10}\.", ".<expiry>.", text)
    text = re.sub(r"\.[A-Za-z0-9_-]{43}$", ".<signature>", text)
    return re.sub(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)


def answered(expected, name, functions):
    """Fails if a function's answer to its sample is another one; changes are told of within moments."""
    follows = name.startswith("list-") and name.endswith("-changes")
    for tries_left in reversed(range(100 if follows else 1)):
        try:
            return compare(expected, functions.invoke(name, asked(name, functions)))
        except AssertionError:
            if not tries_left:
                raise
            time.sleep(0.1)


def run(name, functions, binaries):
    """Checks one function; answers None or what is wrong with it."""
    try:
        for file in [f"{name}.json", f"{name}.answer.json"]:
            assert (ROOT / "events" / file).exists(), f"events/{file} is missing"
        program = binaries / emulator.PROGRAMS[name]
        assert program.exists(), f"{program} is missing: not built"
        needed = needed_glibc(program)
        assert needed <= NEWEST_GLIBC, f"needs GLIBC_{'.'.join(map(str, needed))}"
        recorded = _read(f"{name}.answer")
        # Nobody makes entities for the samples here.
        answered(recorded.get("alone", recorded["answer"]), name, functions)
        if name in FURTHER:
            FURTHER[name](functions)
        for _ in range(WARM_CALLS):
            functions.invoke(name, asked(name, functions))
    except Exception:  # whatever it is, it is this function's result, and the others are still checked
        log = functions.started[name].log()[-3000:] if name in functions.started else ""
        return f"{traceback.format_exc()}{log}"
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--binaries", type=pathlib.Path, default=ROOT / "target/ci", help="folder of the functions")
    options.add_argument("--bundle", type=pathlib.Path, default=ROOT / "target/debug/wattbook", help="local bundle")
    options = options.parse_args()

    names = sorted(emulator.PROGRAMS, key=place)

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


def place(name):
    """A function's place in the order; one without an answer comes first, and fails."""
    file = ROOT / "events" / f"{name}.answer.json"
    return (json.loads(file.read_text())["step"] if file.exists() else 0, name)


def environment(local):
    """What the template gives the functions, and where Lambda would give them a role, made-up credentials."""
    return {
        "API": "provisioning",
        "TABLE_NAME": local["WATTBOOK_TABLE"],
        "UNIQUENESS_SCOPE": "platform",
        "SIGNING_KEYS": key_ring(),
        "HASH_KEYS": key_ring(),
        "CONNECTOR_KEYS": key_ring(),
        "EVENT_BUS": "console",
        "LOG_LEVEL": "info",
        "PUBLIC_URL": "",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_ENDPOINT_URL_DYNAMODB": local["WATTBOOK_STORE_ENDPOINT"],
        "AWS_ENDPOINT_URL_SQS": local["WATTBOOK_URL"],
        "DELIVERIES_URL": f"{local['WATTBOOK_URL']}/000000000000/Deliveries.fifo",
        "WEBHOOK_RECEIVERS": "public",
        "WEBHOOK_PAUSES": "5,30,120,600,1800,3600",
        "WEBHOOK_GIVE_UP_AFTER": "86400",
        "CONNECT_QUEUE_URL": f"{local['WATTBOOK_URL']}/000000000000/ConnectQueue",
        "IMPORT_QUEUE_URL": f"{local['WATTBOOK_URL']}/000000000000/ImportQueue",
        "IMPORT_LINES_URL": f"{local['WATTBOOK_URL']}/000000000000/ImportLines.fifo",
        "AWS_ENDPOINT_URL_S3": local["WATTBOOK_URL"],
        "BUCKET": "wattbook-bucket",
    }


# ---- what is looked at further ------------------------------------------------------------------------


@further("administer-organisations")
def _(functions):
    app_id, app_key = functions.credential
    assert app_id and app_key


@further("load-reference-data")
def _(functions):
    event = sample("load-reference-data")
    event["csv"] = event["csv"].replace("74.03", "174.03")
    refused = functions.invoke("load-reference-data", event)
    assert refused["written"] == 0 and refused["rejected"][0]["column"] == "likelihood", refused


@further("authorize-request")
def _(functions):
    app_id, app_key = functions.credential
    context = functions.authorize(basic(app_id, app_key))["context"]
    assert context["organisation_id"] == functions.organisation_id, context
    assert (context["app_id"], context["access"]) == (app_id, "admin"), context
    assert "NORTH=RT-HR-NILM-HW" in context["label_partners"].split(";"), context

    assert functions.authorize(basic(app_id, app_key + "x"))["context"] == {}


@further("issue-token")
def _(functions):
    app_id, app_key = functions.credential
    form = {"grant_type": "client_credentials", "client_id": app_id, "client_secret": app_key}
    event = sample("issue-token")
    event["body"] = base64.b64encode(urllib.parse.urlencode(form).encode()).decode()
    token, _ = json_answer(functions.invoke("issue-token", event), 200)
    assert token["token_type"].lower() == "bearer" and token["expires_in"] == 3600, token.keys()

    context = functions.authorize("Bearer " + token["access_token"])["context"]
    assert context["organisation_id"] == functions.organisation_id, context
    assert functions.authorize("Bearer " + token["access_token"][:-2])["context"] == {}


@further("provision-account")
def _(functions):
    conflict, _ = json_answer(functions.invoke("provision-account", sample("provision-account")), 409)
    paths = [error["path"] for error in conflict["errors"]]
    assert "/customer_info/email" in paths and "/customer_info/external_account_id" in paths, conflict


@further("get-provisioned-account")
def _(functions):
    event = sample("get-provisioned-account")
    _, headers = json_answer(functions.invoke("get-provisioned-account", event), 200)
    event["headers"]["if-none-match"] = headers["etag"]
    unchanged = functions.invoke("get-provisioned-account", event)
    assert unchanged["statusCode"] == 304, unchanged


@further("publish-changes")
def _(functions):
    event = sample("publish-changes")
    # The console is the function's own standard output.
    lines = [line for line in functions["publish-changes"].log().splitlines() if '"source":"wattbook"' in line]
    events = [json.loads(line[line.index("{") :]) for line in lines]
    kinds = ["account.created", "email.verification_requested"] * 2 + ["account.deleted"]
    kinds[2] = "account.updated"
    kinds += ["onboarding.status_changed", "entity.connected", "entity.disconnected"]
    assert [event["detail-type"] for event in events] == kinds, events
    assert events[1]["detail"]["token"], events[1]

    event["Records"][2]["dynamodb"]["NewImage"]["account"] = {"S": "not an account"}
    failed = event["Records"][2]["dynamodb"]["SequenceNumber"]
    answer = functions.invoke("publish-changes", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": failed}]}, answer


if __name__ == "__main__":
    sys.exit(main())
