"""Runs the AWS emulator on free ports of this machine, with nothing left when it ends."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import boto3
import botocore.config
import emulator

REGION = "eu-west-1"
LACKING = [
    "a function's processes share this machine's network and files, and are not stopped at its memory size",
    "throttling of tables and APIs: the limits are stored and not applied",
    "messages of a dead-letter queue are not moved back (StartMessageMoveTask)",
    "encryption, point-in-time recovery, log retention and alarms are stored, and do nothing",
]


class Emulator:
    def __init__(self, port):
        self.endpoint = f"http://127.0.0.1:{port}"
        self.port = port

    def client(self, service):
        # Its root user; whatever else signs a request is held to its policies.
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=botocore.config.Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@contextlib.contextmanager
def running(folder, port=None, seconds=60):
    """Yields the emulator once it answers. Its files and those of the functions are in `folder`."""
    port = port or emulator.free_ports(1)[0]
    there = Emulator(port)
    log = pathlib.Path(folder, "emulator.log")
    own = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    environment = own | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # policies are enforced
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        # The functions find these among their variables; in AWS there is no need of them.
        "AWS_ENDPOINT_URL_DYNAMODB": there.endpoint,
        "AWS_ENDPOINT_URL_EVENTBRIDGE": there.endpoint,
        "AWS_ENDPOINT_URL_S3": there.endpoint,
        "AWS_ENDPOINT_URL_SQS": there.endpoint,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [pathlib.Path(sys.executable).parent / "ministack"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its functions end with it
        )
    try:
        _wait(there, process, seconds)
        yield there
    except BaseException:
        print(f"---- the end of the emulator's log\n{log.read_text(errors='replace')[-4000:]}----")
        raise
    finally:
        _stop(process)


def _wait(there, process, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the emulator ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"{there.endpoint}/_ministack/health", timeout=1).read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"the emulator did not answer within {seconds} s")


def _stop(process):
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
