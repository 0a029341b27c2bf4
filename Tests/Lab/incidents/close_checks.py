"""HAProxy's bare TLS checks of a stunnel with an id cache: each check is a full handshake."""

import contextlib
import time

from bench import sessions
from bench.incident import View


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-checks"
    keep = ("server.pcap",)
    case = sessions.CASE
    equals = {}
    shows = ("HAProxy checks forty servers over TLS 1.2 and resets each check without "
             "close_notify; stunnel (OpenSSL 3) forgets the session each time. There is no other "
             "traffic.")
    made_by = "haproxy (check check-ssl no-tls-tickets); stunnel (TLS 1.2, NO_TICKET)"
    views = {"capture": View(("server",), "likely")}
    live = "undecided"
    host = "undecided"
    together = "likely"
    fixed = "the checks ask for a page (option httpchk), which ends with close_notify"

    def serve(self):
        """stunnel, and the checker on the client."""
        return sessions.stunnel(self, "sslVersionMax = TLSv1.2\noptions = NO_TICKET")

    checks = ""

    def workload(self):
        """Eight seconds of few checks: the capture stays small."""
        process, _ = sessions.checker(self, 1, 500, self.checks)
        time.sleep(8)
        process.terminate()
        process.wait(10)

    @contextlib.contextmanager
    def trouble(self):
        """All forty, often."""
        process, self.socket = sessions.checker(self)
        time.sleep(2)
        yield
        process.terminate()
        process.wait(10)

    def look(self):
        """On the host of the checker, through its stats socket."""
        return self.client, ("--haproxy-socket", LateText(lambda: self.socket), "--watch", 6)

    def fix(self):
        """Another kind of check."""
        self.checks = "  option httpchk\n"


class LateText:
    """A word of the command line that is known only when the trouble is up."""

    def __init__(self, tell):
        self.tell = tell

    def __str__(self):
        return self.tell()
