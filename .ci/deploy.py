#!/usr/bin/env python3
"""Deploys the templates with the compiled functions to an AWS emulator, and runs the tests of the bundle against it.

First the templates of an earlier commit are deployed and an account is made; then the stack is updated to
today's, which must still have it. What is taken out with --without must be missed by a test:

    .ci/deploy.py --without ProvisionAccount:dynamodb:PutItem --without EraseAccount:Route
"""

import argparse
import base64
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True  # nothing is left behind in the work tree

import botocore.exceptions
import cloudformation
import ministack_process

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOCAL_ONLY = ROOT / "shared/local/tests/bundle/local-only.txt"
STACK = "wattbook"
# The last release whose API was in the template at the top: the emulator cannot update a part that is there already.
EARLIER = "725e54da461b276a2d518dd8301370faca9613e4"
# So that the tests, each with organisations of its own, can all use the same values.
PARAMETERS = {"UniquenessScope": "organisation", "BurstLimit": "5000", "RateLimit": "10000"}
# The receivers of the tests' webhooks are on this machine, and are tried again at once. The earlier templates have none.
LATER_PARAMETERS = {"WebhookReceivers": "any", "WebhookPauses": "1"}


class Stack:
    """The deployed stack: its outputs, and how its functions and its APIs are reached."""

    def __init__(self, cloud, name=STACK):
        self.cloud, self.name = cloud, name
        self.formation = cloud.client("cloudformation")

    def deploy(self, url, parameters):
        there = self._status() is not None
        action = self.formation.update_stack if there else self.formation.create_stack
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        action(StackName=self.name, TemplateURL=url, Parameters=parameters, Capabilities=capabilities)
        started = time.monotonic()
        while (status := self._status()).endswith("_IN_PROGRESS"):
            if time.monotonic() - started > 120:
                raise SystemExit(f"the stack is {status} after two minutes")
            time.sleep(0.2)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            for event in self.formation.describe_stack_events(StackName=self.name)["StackEvents"]:
                if event["ResourceStatus"].endswith("_FAILED"):
                    print(event["LogicalResourceId"], event.get("ResourceStatusReason"))
            raise SystemExit(f"the stack is {status}")
        self._read()
        print(f"{status} in {time.monotonic() - started:.1f} s: {len(self.resources)} resources", flush=True)

    def _status(self):
        try:
            return self.formation.describe_stacks(StackName=self.name)["Stacks"][0]["StackStatus"]
        except botocore.exceptions.ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _read(self):
        stack = self.formation.describe_stacks(StackName=self.name)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.resources = list(self._resources(self.name))
        self.functions = {
            re.sub("(?<!^)(?=[A-Z])", "-", resource["LogicalResourceId"]).lower(): resource["PhysicalResourceId"]
            for resource in self.resources
            if resource["ResourceType"] == "AWS::Lambda::Function"
        }
        # An API's address in AWS, https://<id>.execute-api.<region>.amazonaws.com, is this one here.
        apis = {key: re.match(r"https://(\w+)\.execute-api\.", value) for key, value in self.outputs.items()}
        self.urls = {
            key: f"http://{found[1]}.execute-api.localhost:{self.cloud.port}" for key, found in apis.items() if found
        }

    def _resources(self, stack):
        for page in self.formation.get_paginator("list_stack_resources").paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                yield resource
                if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                    yield from self._resources(resource["PhysicalResourceId"])

    def secret(self, logical_id):
        """A secret of the template, as whoever may read it reads it."""
        name = next(each["PhysicalResourceId"] for each in self.resources if each["LogicalResourceId"] == logical_id)
        return self.cloud.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

    def invoke(self, function, event):
        client = self.cloud.client("lambda")
        answer = client.invoke(FunctionName=self.functions[function], Payload=json.dumps(event).encode())
        content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise SystemExit(f"{function} failed: {content}")
        return content

    def operate(self, action, **arguments):
        return self.invoke("administer-organisations", {"action": action, **arguments})

    def request(self, method, path, credential, body=None):
        """Status and body of an answer."""
        url = self.urls.get("ProvisioningUrl") or self.urls["ApiUrl"]  # the earlier templates may have had one API
        host = url.removeprefix("http://")
        headers = {"Host": host, "Content-Type": "application/json", "Authorization": credential.header}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.cloud.endpoint + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def write(self, file, credential):
        """What the tests need to know, for them and for whoever tries the stack out."""
        file.write_text(json.dumps({
            "endpoint": self.cloud.endpoint,
            "region": ministack_process.REGION,
            "urls": self.urls,
            "table": self.outputs["TableName"],
            "bucket": self.outputs["BucketName"],
            "functions": self.functions,
            "secrets": {name: self.secret(name) for name in ("SigningKeys", "HashKeys", "ConnectorKeys")},
            "app_id": credential.app_id,
            "app_key": credential.app_key,
        }, indent=1))  # fmt: skip
        file.chmod(0o600)


class Credential:
    """An admin of a new organisation with a label partner, made as an operator makes them."""

    def __init__(self, stack):
        self.organisation = stack.operate("create-organisation", name="Kept Energy")["organisation_id"]
        own = {"organisation_id": self.organisation}
        stack.operate("put-label-partner", **own, code="NORTH", name="North", default_service_type="RT-HR-NILM-HW")
        issued = stack.operate("issue-credential", **own, access="admin")
        self.app_id, self.app_key = issued["app_id"], issued["app_key"]
        self.header = "Basic " + base64.b64encode(f"{self.app_id}:{self.app_key}".encode()).decode()


def customer(number):
    info = {"external_account_id": f"kept-{number}", "email": f"kept-{number}@example.com"}
    info["contact_info"] = {"firstname": "Jo", "lastname": "Doe"}
    return {"labelpartner": "NORTH", "customer_info": info,
            "installation_info": [{"external_installation_id": f"kept-{number}"}]}  # fmt: skip


# ---- what is checked here; the rest is the tests' -----------------------------------------------------


def earlier_templates(folder, revision):
    """The templates of an earlier release; None where this clone does not have it."""
    git = lambda *arguments: subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True)
    there = git("ls-tree", "-r", "--name-only", revision)
    if there.returncode:
        return None
    for name in there.stdout.decode().splitlines():
        if re.fullmatch(r"(functions/[^/]+/)?template\.yaml", name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(git("show", f"{revision}:{name}").stdout)
    print(f"the earlier templates are those of {git('log', '-1', '--format=%h %s', revision).stdout.decode().strip()}")
    return folder / "template.yaml"


def an_update_keeps_what_is_stored(stack, credential, kept):
    status, account = stack.request("GET", f"/account/{kept}", credential)
    assert (status, account["account_id"]) == (200, kept), (status, account)
    print("the account of the earlier templates is there after the update")


def a_change_arrives_at_a_queue(stack, credential):
    """A rule of whoever listens to the bus, as he would make it beside the stack."""
    queues, events = stack.cloud.client("sqs"), stack.cloud.client("events")
    bus = stack.outputs["EventBusName"]
    queue = queues.create_queue(QueueName="listener")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow | {"Resource": arn}]})
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    pattern = {"source": ["wattbook"], "detail-type": ["account.created"]}
    events.put_rule(Name="listener", EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    status, created = stack.request("POST", "/account", credential, customer(2))
    assert status == 201, (status, created)
    started = time.monotonic()
    while time.monotonic() - started < 20:
        for message in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", []):
            event = json.loads(message["Body"])
            if event["detail"]["account_id"] == created["account_id"]:
                print(f"its event arrived at a queue after {time.monotonic() - started:.1f} s")
                return
    raise AssertionError("no event of a new account arrived at the queue within 20 s")


def an_event_asks_for_a_customer(stack, credential):
    """A rule for one organisation, as functions/README.md has a deployer make it; what it hands on is carried out."""
    events, rule = stack.cloud.client("events"), f"{stack.name}-inbound-deployed"
    bus, kind = stack.outputs["EventBusName"], "customer.provisioning.requested"
    pattern = {"source": ["deployed"], "detail-type": [kind]}
    template = f'{{"organisation_id": "{credential.organisation}", "type": <type>, "detail": <detail>}}'
    transformer = {"InputPathsMap": {"type": "$.detail-type", "detail": "$.detail"}, "InputTemplate": template}
    target = {"Id": "inbox", "Arn": stack.outputs["InboxArn"], "InputTransformer": transformer}
    events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])
    detail = json.dumps({"correlation_id": "deployed-3", "body": customer(3)})
    entry = {"EventBusName": bus, "Source": "deployed", "DetailType": kind, "Detail": detail}
    answer = events.put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0, answer
    started = time.monotonic()
    while time.monotonic() - started < 20:
        status, _ = stack.request("GET", "/account/kept-3?id_type=external", credential)
        if status == 200:
            print(f"a customer that an event asked for was there after {time.monotonic() - started:.1f} s")
            return
        time.sleep(0.2)
    raise AssertionError("a customer that an event asked for was not there within 20 s")


def tests(stack_file):
    """Runs the bundle's tests against the stack but those that are listed for the bundle alone."""
    command = ["cargo", "test", "--workspace", "--locked", "--test", "bundle", "--quiet", "--"]
    listed = subprocess.run([*command, "--list"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = re.findall(r"^(\S+): test$", listed, re.MULTILINE)
    skipped, unknown = local_only(names)
    if unknown:
        raise SystemExit(f"{LOCAL_ONLY.name} names tests that do not exist: {', '.join(unknown)}")
    for reason, tests_of_it in skipped.items():
        print(f"skipped {len(tests_of_it):>3}: {reason}")
    left_out = [name for tests_of_it in skipped.values() for name in tests_of_it]
    arguments = ["--test-threads", "2", "--exact", *(word for name in left_out for word in ("--skip", name))]
    environment = os.environ | {"WATTBOOK_DEPLOYED": str(stack_file)}
    sys.stdout.flush()
    done = subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=False)
    print(f"against the stack: {len(names) - len(left_out)} tests run, {len(left_out)} skipped")
    return done.returncode


def local_only(names):
    """The tests to skip, by reason, and the entries that name no test."""
    skipped, unknown, reason = {}, [], None
    for line in LOCAL_ONLY.read_text().splitlines():
        if line.startswith("    "):
            entry = line.strip()
            found = [name for name in names if name == entry or (entry.endswith("::") and name.startswith(entry))]
            skipped[reason] += found
            unknown += [] if found else [entry]
        elif line and not line.startswith("#"):
            reason = line.rstrip(":")
            skipped[reason] = []
    return skipped, unknown


def without(parts):
    """An edit of templates that takes events of functions out, or actions that a function may do."""

    def edit(template):
        for part in parts:
            function, what = part.split(":", 1)
            properties = template["Resources"].get(function, {}).get("Properties")
            if properties is None:
                continue
            if properties.get("Events", {}).pop(what, None):
                edit.missed.discard(part)
                continue
            policies = properties["Policies"]
            for policy in policies if isinstance(policies, list) else [policies]:
                for statement in policy["Statement"]:
                    if what in statement["Action"]:
                        edit.missed.discard(part)
                    # Of nothing at all the emulator would make a permission for everything.
                    statement["Action"] = [each for each in statement["Action"] if each != what] or ["dynamodb:ListTables"]

    edit.missed = set(parts)  # what no template has: then nothing was taken out
    return edit


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--binaries", type=pathlib.Path, default=ROOT / "target/ci", help="folder of the functions")
    options.add_argument("--port", type=int, help="of the emulator; a free one by default")
    options.add_argument("--from", dest="earlier", metavar="REVISION", default=EARLIER, help="whose templates are deployed first")
    options.add_argument("--keep", metavar="FILE", type=pathlib.Path, help="no tests: serve until Ctrl-C, addresses in FILE")
    options.add_argument("--without", metavar="FUNCTION:WHAT", action="append", default=[], help="an event or an action")
    options = options.parse_args()

    # Whoever ends this ends the emulator; a shell lets what runs in the background ignore Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("AWS_DEFAULT_REGION", ministack_process.REGION)  # the SAM transform wants one
    with tempfile.TemporaryDirectory(prefix="wattbook-deployed-") as folder:
        folder = pathlib.Path(folder)
        with ministack_process.running(folder, options.port) as cloud:
            return deployed(cloud, folder, options)


def deployed(cloud, folder, options):
    package = cloudformation.Package(cloud.client("s3"), "wattbook-package", options.binaries)
    stack = Stack(cloud)
    earlier = None if options.keep else earlier_templates(folder / "earlier", options.earlier)
    if earlier:
        stack.deploy(package.template(earlier), PARAMETERS)
        credential = Credential(stack)
        status, account = stack.request("POST", "/account", credential, customer(1))
        assert status == 201, (status, account)
    elif not options.keep:
        print("NOT CHECKED: an update from earlier templates; this clone has none")
    edit = without(options.without)
    templates = package.template(ROOT / "template.yaml", edit)
    if edit.missed:
        raise SystemExit(f"no template has {', '.join(sorted(edit.missed))}")
    stack.deploy(templates, PARAMETERS | LATER_PARAMETERS)
    print("the emulator lacks:", *cloudformation.LACKING, *ministack_process.LACKING, sep="\n  - ")
    print("left out:", ", ".join(dict.fromkeys(package.left_out)))
    # What the local bundle starts with, too.
    sample = (ROOT / "shared/local/data/tariffs.csv").read_text()
    stack.invoke("load-reference-data", {"table": "tariffs", "csv": sample})
    if earlier:
        an_update_keeps_what_is_stored(stack, credential, account["account_id"])
    else:
        credential = Credential(stack)
    if options.keep:
        return serve(stack, options.keep, credential)
    a_change_arrives_at_a_queue(stack, credential)
    an_event_asks_for_a_customer(stack, credential)
    stack.write(folder / "stack.json", credential)
    return tests(folder / "stack.json")


def serve(stack, file, credential):
    stack.write(file, credential)
    print(f"credential: {credential.app_id}:{credential.app_key}")
    print(*(f"{name}: {url}" for name, url in stack.urls.items()), f"AWS: {stack.cloud.endpoint}", sep="\n", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    finally:
        file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
