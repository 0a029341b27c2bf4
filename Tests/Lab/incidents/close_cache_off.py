"""A server that hands out session ids and keeps none: refused after polite closes as well."""

from bench import sessions
from bench.incident import View


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-cache-off"
    keep = ("live.json",)
    role = "rival"
    case = "server-keeps-no-tls-sessions"
    shows = "nginx with ssl_session_cache none, tickets off, TLS 1.2: every offer is refused."
    made_by = "nginx; Python ssl client"
    symptoms = ("cpu-high-little-traffic", "slow-first-request")
    views = {"capture": View(("server",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "likely"
    closes = "cucucucucu"
    settings = "ssl_session_cache none;"
    fixed = "a shared session cache"

    def serve(self):
        """nginx without a cache."""
        return sessions.nginx(self.server, self.pair,
                              f"ssl_protocols TLSv1.2; ssl_session_tickets off; {self.settings}")

    def fix(self):
        """nginx with one."""
        self.process.terminate()
        self.process.wait(10)
        self.settings = "ssl_session_cache shared:s:1m;"
        self.process = self.serve()
