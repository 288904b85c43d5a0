"""Starts the local bundle on a free port, as the checks need it, and stops it again."""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile
import time


@contextlib.contextmanager
def running_bundle(binary, seconds=30):
    """Yields what the bundle wrote to its environment file: addresses and the demo credentials."""
    with tempfile.TemporaryDirectory(prefix="wattbook-ci-") as folder:
        env_file, log_file = pathlib.Path(folder, "env"), pathlib.Path(folder, "log")
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [os.path.abspath(binary), "--port", "0", "--in-memory", "--write-env", str(env_file)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield _wait_for(env_file, process, seconds)
        except BaseException:
            print(f"---- the end of the bundle's log\n{log_file.read_text(errors='replace')[-4000:]}----")
            raise
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(env_file, process, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the local bundle ended with {process.returncode} before it served requests")
        # The file may be seen half written; its last line ends with a newline.
        text = env_file.read_text() if env_file.exists() else ""
        if "WATTBOOK_URL=" in text and text.endswith("\n"):
            return parse_env(text)
        time.sleep(0.02)
    raise SystemExit(f"the local bundle served no request within {seconds} s")


def parse_env(text):
    """Reads `NAME=value` lines as a shell would, with or without `export`."""
    words = shlex.split(text, comments=True)
    return dict(word.split("=", 1) for word in words if "=" in word)
