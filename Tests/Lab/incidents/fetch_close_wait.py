"""A client library that forgets to close: the remote has long hung up, sockets pile up."""

import contextlib
import socket
import time

from bench import fetch
from bench.incident import View
from kit import servers

AGE = 62
"""Seconds that a socket must have been left to count as forgotten (casebook/findings.yaml)."""


def leak(address, number, apart):
    """Asks, reads the answer until the remote ends, and never closes."""
    kept = []
    while True:
        link = socket.create_connection(address, 5.0)
        link.sendall(b"GET / HTTP/1.0\r\nHost: crl\r\nConnection: close\r\n\r\n")
        while link.recv(4096):
            pass
        kept.append(link)
        time.sleep(apart if len(kept) < number else 0.5)


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-close-wait"
    seconds = 100
    keep = ("host.json",)
    role = "rival"
    case = "close-wait-leak"
    equals = {}
    shows = ("A program asks again and again and never closes its sockets; the remote closes each "
             "after its answer: CLOSE_WAIT without end.")
    made_by = "a Python client; a Python web server"
    symptoms = ("worse-over-days", "restart-helps", "limit-message-in-log")
    views = {"capture": View(("app",), "undecided")}
    live = "undecided"
    host = "likely"
    together = "likely"

    def serve(self):
        """The remote."""
        self.remote.start(servers.serve_http, (fetch.CRL, 80))
        self.remote.listening(80)

    def start(self):
        """The leak begins with the workload."""
        return None

    def points(self):
        """The leaking host."""
        return {"app": (self.app, "eth0")}

    def workload(self):
        """Sixty sockets in six seconds, then slowly more for ever."""
        self.first = self.app.start(leak, (fetch.CRL, 80), 60, 0.1)
        self.begun = time.monotonic()
        time.sleep(9)

    @contextlib.contextmanager
    def trouble(self):
        """The same process goes on leaking while it is looked at."""
        time.sleep(max(0.0, self.begun + 7 + AGE - time.monotonic()))
        yield

    def look(self):
        """On the leaking host."""
        return self.app, ("--process", self.first.process.pid, "--remote", f"[{fetch.CRL}]:80",
                          "--watch", 12)

    def ask(self):
        """From there."""
        return self.app, (f"http://[{fetch.CRL}]:80/",)
