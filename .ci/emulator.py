"""Runs a compiled function as Lambda does: behind the Runtime API, given by the runtime interface emulator."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

# The program of each function: that of its folder.
PROGRAMS = {
    path.stem.replace("_", "-"): path.parent.parent.name
    for path in (pathlib.Path(__file__).resolve().parent.parent / "functions").glob("*/src/*")
    if path.name not in ("lib.rs", "main.rs")
}


def find_emulator():
    """The emulator's binary, which ships inside the SAM command line's Python package."""
    import samcli  # only here: the rest of this file needs the standard library alone

    return pathlib.Path(samcli.__file__).parent / "local/rapid/aws-lambda-rie-x86_64"


class Function:
    """One function behind its own emulator, which takes a single function."""

    def __init__(self, emulator, binary, handler, environment, log_file):
        self.log_file = log_file
        api, runtime = free_ports(2)
        self.url = f"http://127.0.0.1:{api}/2015-03-31/functions/function/invocations"
        with open(log_file, "wb") as log:
            self.process = subprocess.Popen(
                [
                    emulator,
                    "--runtime-interface-emulator-address", f"127.0.0.1:{api}",
                    "--runtime-api-address", f"127.0.0.1:{runtime}",
                    os.path.abspath(binary),
                    handler,
                ],
                env={**environment, "_HANDLER": handler},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        self._wait_for(api)
        self.first_ms = None
        self.warm_ms = []

    def invoke(self, event):
        """Sends an event, times the call and answers what the function answered."""
        request = urllib.request.Request(self.url, json.dumps(event).encode(), method="POST")
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        elapsed = (time.perf_counter() - start) * 1000
        if self.first_ms is None:
            self.first_ms = elapsed
        else:
            self.warm_ms.append(elapsed)
        answer = json.loads(body)
        # The emulator answers 200 whatever happens; a failed invocation shows in the body alone.
        if isinstance(answer, dict) and "errorType" in answer:
            raise AssertionError(f"the invocation failed: {answer}")
        return answer

    def log(self):
        return pathlib.Path(self.log_file).read_text(errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for(self, port, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.01)
        self.stop()
        raise AssertionError(f"the emulator did not start:\n{self.log()}")


def free_ports(count):
    # All are held until the last is known, so that no two are the same.
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
