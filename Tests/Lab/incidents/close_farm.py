"""Two nginx with a session cache each behind one address: resumption by luck."""

from bench import sessions
from bench.incident import View
from kit import services


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-farm"
    keep = ("live.json",)
    role = "rival"
    case = "session-resumption-state-not-shared-across-farm"
    shows = ("HAProxy in TCP mode picks one of two nginx by chance; each keeps its own sessions. "
             "Polite closes throughout; about half of the offers are refused.")
    made_by = "haproxy (mode tcp, balance random); two nginx; Python ssl client"
    topology = sessions.Sessions.topology + ", nginx 198.51.100.11 and .12"
    symptoms = ("slow-first-request", "slow-random-spikes", "only-some-servers")
    views = {"capture": View(("server",), "likely")}
    live = "undecided"
    host = None
    together = "likely"
    closes = "c" * 20
    more = ("one", "two")

    def serve(self):
        """Two backends and the balancer."""
        for name in self.more:
            sessions.nginx(self.hosts[name], self.pair, "ssl_protocols TLSv1.2; "
                           "ssl_session_cache shared:s:1m; ssl_session_tickets off;")
        return services.haproxy(
            self.server, "listen shop\n  mode tcp\n  balance random\n  bind 198.51.100.10:8443\n"
            "  server one 198.51.100.11:8443\n  server two 198.51.100.12:8443\n",
            sessions.SERVER[1])

    def points(self):
        """The client's interface: the balancer's has both of its sides."""
        return {"server": (self.client, "eth0")}
