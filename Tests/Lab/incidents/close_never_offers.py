"""A client that never offers a session: curl, a process each time."""

import time

from bench import sessions
from bench.incident import View


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-never-offers"
    role = "rival"
    case = "tls-client-never-offers-session"
    shows = "Ten curls one after the other, TLS 1.2; nginx has a session cache, and nobody asks it."
    made_by = "curl; nginx with a session cache"
    symptoms = ("cpu-high-little-traffic", "slow-first-request")
    views = {"capture": View(("server",), "undecided")}
    live = "undecided"
    host = None
    together = "undecided"

    def serve(self):
        """nginx that would resume."""
        return sessions.nginx(self.server, self.pair,
                              "ssl_protocols TLSv1.2; ssl_session_cache shared:s:1m;")

    def workload(self):
        """Ten curls."""
        for _ in range(10):
            self.client.curl("https://198.51.100.10:8443/")
            time.sleep(0.2)
