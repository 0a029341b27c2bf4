"""tcpdump and dumpcap as context managers: capturing when the body begins, complete after it."""

import os
import signal
import time

from .lab import wait_for


class Capture:
    """Capture on one interface of a host into `path`; `.pcapng` is written by dumpcap."""

    def __init__(self, host, interface, path, expression="tcp", snaplen=262144, nano=False):
        self.host, self.interface, self.path = host, interface, path
        self.expression, self.snaplen, self.nano = expression, snaplen, nano

    def __enter__(self):
        return self.begin()

    def begin(self):
        """Start and wait until the program says that it captures."""
        if self.path.endswith(".pcapng"):
            argv = ["dumpcap", "-q", "-i", self.interface, "-w", self.path, "-f", self.expression,
                    "-s", self.snaplen]
            sign = "File:"
        else:
            argv = ["tcpdump", "-Z", "root", "-n", "-U", "--immediate-mode", "-B", "4096", "-i",
                    self.interface, "-s", self.snaplen, "-w", self.path]
            argv += ["--time-stamp-precision=nano"] if self.nano else []
            argv.append(self.expression)
            sign = "listening on"
        self.process = self.host.spawn(*argv)

        def ready():
            with open(self.process.log, errors="replace") as text:
                return sign in text.read()
        wait_for(ready, 15, f"capture on {self.host.name}/{self.interface}")
        time.sleep(0.15)
        return self

    def end(self):
        """Let the last packets arrive, then stop the program and wait for its file."""
        time.sleep(0.4)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        os.chmod(self.path, 0o644)

    def __exit__(self, *_):
        self.end()
