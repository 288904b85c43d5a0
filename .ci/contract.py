#!/usr/bin/env python3
"""Holds the running bundle to the OpenAPI documents that it serves, with schemathesis."""

import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

sys.dont_write_bytecode = True  # nothing is left behind in the work tree

import bundle

HERE = pathlib.Path(__file__).resolve().parent
APIS = sorted(path.parent.name for path in HERE.parent.glob("shared/dialects/*/openapi.json"))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bundle", type=pathlib.Path, default=HERE.parent / "target/debug/wattbook")
    options.add_argument("--api", choices=APIS, action="append", help="this one alone; may be repeated")
    options.add_argument("--seed", type=int, default=1, help="what is generated depends on it alone")
    options.add_argument("--seconds", type=int, default=600, help="longer than this is a failure")
    options.add_argument("rest", nargs="*", help="further arguments of schemathesis, after --")
    options = options.parse_args()

    with bundle.running_bundle(options.bundle) as local:
        outcomes = [hold(api, local, options) for api in options.api or APIS]
    return max(outcomes)


def hold(api, local, options):
    with tempfile.TemporaryDirectory(prefix="wattbook-ci-") as folder:
        credentials = pathlib.Path(folder, "credentials.json")
        credentials.write_text(json.dumps({"auth": [user("demo", local, ""), user("other", local, "_OTHER")]}))
        # As a file: given its address, schemathesis would leave out the operation that serves it.
        document = pathlib.Path(folder, "openapi.json")
        document.write_bytes(urllib.request.urlopen(f"{local['WATTBOOK_URL']}/openapi/{api}.json", timeout=10).read())
        command = [
            pathlib.Path(sys.executable).parent / "schemathesis",
            "--config-file", HERE / "schemathesis.toml",
            "run", document,
            "--url", local["WATTBOOK_URL"],
            "--seed", str(options.seed),
            *options.rest,
        ]  # fmt: skip
        variables = {
            "WATTBOOK_HOOKS": str(HERE / "schemathesis_hooks.py"),
            "WATTBOOK_CREDENTIALS": str(credentials),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        # In the temporary folder, for it writes its own state where it runs.
        environment = {**os.environ, **local, **variables}
        return run(command, options.seconds, cwd=folder, env=environment, stdin=subprocess.DEVNULL)


def run(command, seconds, **how):
    # Not schemathesis's own limit: that would end the run early and call it a success.
    try:
        return subprocess.run(command, check=False, timeout=seconds, **how).returncode
    except subprocess.TimeoutExpired:
        print(f"not done after {seconds} s")
        return 1


def user(name, local, which):
    pair = f"{local[f'WATTBOOK{which}_APP_ID']}:{local[f'WATTBOOK{which}_APP_KEY']}"
    value = "Basic " + base64.b64encode(pair.encode()).decode()
    return {"name": name, "fixedHeaders": [{"name": "Authorization", "value": value}]}


if __name__ == "__main__":
    sys.exit(main())
