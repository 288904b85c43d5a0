"""Turns the SAM templates into CloudFormation as the emulator takes it, and puts code and templates into its S3.

`sam package` and the CloudFormation service do this in AWS. Nothing of a template is changed on the way but what
stands in LACKING.
"""

import hashlib
import io
import json
import pathlib
import re
import zipfile

import samtranslator.translator.transform as sam
from samtranslator.yaml_helper import yaml_parse

from emulator import PROGRAMS

LACKING = [
    "the body of an HTTP API is not read: its routes, integrations and authorizers are deployed as resources",
    "a part's references to secrets are not resolved: the top resolves them and hands the part the values",
    "a nested stack that has changed is not updated (it forgets the attributes of what is there): parts are only created",
    "alarms on metric math are refused: they are left out",
    "CloudFormation of the emulator creates what AWS might refuse: quotas, names and property types are not all checked",
]

ANY = "x-amazon-apigateway-any-method"


class Package:
    """A bucket that templates and functions are put into."""

    def __init__(self, s3, bucket, binaries):
        self.s3, self.bucket, self.binaries = s3, bucket, binaries
        self.left_out = []  # what LACKING cost, by logical id
        self.uploaded = set()
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})

    def template(self, file, edit=lambda template: None):
        """Transforms a template and those it nests, and gives the URL of the result."""
        file = pathlib.Path(file).resolve()
        template = yaml_parse(file.read_text())
        edit(template)
        # The emulator gives functions its own address here, which a variable of theirs would displace.
        for service in ("DYNAMODB", "EVENTBRIDGE", "S3", "SQS"):
            template["Globals"]["Function"]["Environment"]["Variables"].pop(f"AWS_ENDPOINT_URL_{service}", None)
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::Serverless::Function":
                program = resource["Metadata"]["BuildProperties"]["Binary"]
                if program in PROGRAMS:  # of an earlier release, when each function was a program
                    properties["Handler"], program = program, PROGRAMS[program]
                properties["CodeUri"] = self._function(program)
            elif resource["Type"] == "AWS::Serverless::Application":
                properties["Location"] = self.template(file.parent / properties["Location"], edit)
        transformed = sam.transform(template, {}, NoManagedPolicies())
        transformed["Resources"] = _with_secrets(transformed["Resources"])
        self._adapt(transformed["Resources"])
        # Named after its content, as `sam package` does it: that is how CloudFormation sees a change of a part.
        return self._put(json.dumps(transformed).encode(), ".template")

    def _function(self, name):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as bundle:  # stored, for speed
            entry = zipfile.ZipInfo("bootstrap")  # with a fixed date: the same code is the same archive
            entry.external_attr = 0o755 << 16
            bundle.writestr(entry, (self.binaries / name).read_bytes())
        self._put(archive.getvalue(), key=f"{name}.zip")
        return f"s3://{self.bucket}/{name}.zip"

    def _put(self, content, suffix="", key=None):
        key = key or hashlib.sha256(content).hexdigest() + suffix
        if key not in self.uploaded:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)
            self.uploaded.add(key)
        return f"{self.s3.meta.endpoint_url}/{self.bucket}/{key}"

    def _adapt(self, resources):
        for name, resource in list(resources.items()):
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
                self.left_out.append(name)
                del resources[name]
            elif resource["Type"] == "AWS::ApiGatewayV2::Api" and "Body" in properties:
                resources.update(_as_resources(name, properties))


def _with_secrets(resources):
    """A part takes the value of a secret in place of its ARN, which the template that has the secret hands on."""
    secrets = {name for name, resource in resources.items() if resource["Type"] == "AWS::SecretsManager::Secret"}

    def resolved(name):
        return {"Fn::Sub": f"{{{{resolve:secretsmanager:${{{name}}}:SecretString}}}}"}

    def walk(node):
        if isinstance(node, list):
            return [walk(each) for each in node]
        if not isinstance(node, dict):
            return node
        text = node.get("Fn::Sub")
        found = isinstance(text, str) and re.fullmatch(r"\{\{resolve:secretsmanager:\$\{(\w+)\}:SecretString\}\}", text)
        if found and found[1] not in secrets:
            return {"Ref": found[1]}
        return {name: walk(value) for name, value in node.items()}

    for resource in resources.values():
        if resource["Type"] == "AWS::CloudFormation::Stack":
            given = resource["Properties"].get("Parameters", {})
            of_secrets = {name: resolved(value["Ref"]) for name, value in given.items() if value.get("Ref") in secrets}
            resource["Properties"]["Parameters"] = given | of_secrets
    return walk(resources)


class NoManagedPolicies:
    """The functions have policies of their own alone; the transform asks all the same."""

    def load(self):
        return {}


def _as_resources(api, properties):
    """The resources that say what the body of an API says, which is taken out."""
    body = properties.pop("Body")
    properties.pop("FailOnWarnings", None)
    properties.update({"Name": body["info"]["title"], "ProtocolType": "HTTP"})
    if "x-amazon-apigateway-cors" in body:
        # With its members as a body has them: so the emulator's gateway reads them, whoever made the API.
        properties["CorsConfiguration"] = body["x-amazon-apigateway-cors"]
    there, reference = {}, {"Ref": api}
    for scheme, definition in body.get("components", {}).get("securitySchemes", {}).items():
        authorizer = definition["x-amazon-apigateway-authorizer"]
        there[f"{api}{scheme}"] = _resource("Authorizer", {
            "ApiId": reference,
            "Name": scheme,
            "AuthorizerType": authorizer["type"].upper(),
            "AuthorizerUri": authorizer["authorizerUri"],
            "AuthorizerCredentialsArn": authorizer.get("authorizerCredentials", ""),
            "AuthorizerResultTtlInSeconds": authorizer["authorizerResultTtlInSeconds"],
            "AuthorizerPayloadFormatVersion": authorizer["authorizerPayloadFormatVersion"],
            "EnableSimpleResponses": authorizer["enableSimpleResponses"],
            "IdentitySource": authorizer["identitySource"],
        })  # fmt: skip
    for path, methods in sorted(body["paths"].items()):
        for method, operation in sorted(methods.items()):
            there.update(_route(api, reference, path, method, operation))
    return there


def _route(api, reference, path, method, operation):
    key = "$default" if path.strip("/") == "$default" else f"{'ANY' if method == ANY else method.upper()} {path}"
    # A logical id may have letters and digits alone, and two routes must not come to the same one.
    name = api + "Route" + key.encode().hex()
    integration = operation["x-amazon-apigateway-integration"]
    schemes = [scheme for entry in operation.get("security", []) for scheme in entry if scheme != "NONE"]
    route = {"ApiId": reference, "RouteKey": key, "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"}}
    if schemes:
        route |= {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": f"{api}{schemes[0]}"}}
    return {
        f"{name}Integration": _resource("Integration", {
            "ApiId": reference,
            "IntegrationType": integration["type"].upper(),
            "IntegrationMethod": integration["httpMethod"],
            "IntegrationUri": integration["uri"],
            "PayloadFormatVersion": integration["payloadFormatVersion"],
        }),
        name: _resource("Route", route),
    }  # fmt: skip


def _resource(kind, properties):
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": properties}
