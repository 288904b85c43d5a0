#!/usr/bin/env python3
"""Counts what every stack becomes once SAM has transformed its template, and fails before AWS would.

A stack may have 500 resources and an HTTP API 300 routes; SAM makes several resources of a function and one of each
route, so the count cannot be read from a template.
"""

import collections
import os
import pathlib
import sys

sys.dont_write_bytecode = True  # nothing is left behind in the work tree
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")  # asked for, although nobody is called

from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_RESOURCES, MOST_ROUTES = 450, 300


class NoManagedPolicies:
    """Functions name no policy of AWS's own but the one for logs, of which SAM knows the ARN."""

    def load(self):
        return {}


def stack(path):
    """The transformed template: its resources by type, and its routes."""
    template = yaml_parse(path.read_text())
    for resource in template["Resources"].values():
        code = resource.get("Properties", {}).get("CodeUri")
        if code:
            assert (path.parent / code / "Cargo.toml").is_file(), f"{path}: {code} is no function's folder"
            resource["Properties"]["CodeUri"] = "s3://packaged/function.zip"  # as after `sam package`
    transformed = transform(template, {}, NoManagedPolicies())
    resources = transformed["Resources"].values()
    apis = [api["Properties"]["Body"] for api in resources if api["Type"] == "AWS::ApiGatewayV2::Api"]
    routes = sum(len(methods) for api in apis for methods in api["paths"].values())
    return collections.Counter(resource["Type"] for resource in resources), routes


def main():
    templates = [ROOT / "template.yaml", *sorted(ROOT.glob("functions/*/template.yaml"))]
    print(f"{'stack':34} {'routes':>6} {'resources':>9}  functions  permissions")
    over = []
    for path in templates:
        kinds, routes = stack(path)
        name, resources = str(path.relative_to(ROOT)), kinds.total()
        functions, permissions = kinds["AWS::Lambda::Function"], kinds["AWS::Lambda::Permission"]
        print(f"{name:34} {routes:6} {resources:9}  {functions:9}  {permissions:11}")
        if resources > MOST_RESOURCES or routes > MOST_ROUTES:
            over.append(name)
    if over:
        print(f"too large: {', '.join(over)}; at most {MOST_RESOURCES} resources and {MOST_ROUTES} routes a stack")
    return len(over)


if __name__ == "__main__":
    sys.exit(main())
