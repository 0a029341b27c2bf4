"""The healthy twin: nginx, a silent connection and a check that waits, and nobody suffers."""

from bench import accept
from bench.incident import View
from kit import services


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-healthy"
    role = "healthy"
    shows = ("nginx serves TLS; the operator's host holds a silent connection and its check waits "
             "for greetings. All checkouts are prompt.")
    made_by = "nginx; a plain TCP connection; Python ssl clients"
    symptoms = ()
    views = {"capture": View(("server",), "none"), "capture client": View(("client",), "none")}
    live = "none"
    host = "none"
    together = "none"

    def serve(self):
        """nginx in the server's place."""
        return services.nginx(
            self.server, f"server {{ listen {accept.SERVER[1]} ssl; ssl_certificate "
            f"{self.pair[0]}; ssl_certificate_key {self.pair[1]}; "
            "location / { return 200 'ok'; } }", accept.SERVER[1])

    def workload(self):
        """The same as for the blocked server."""
        accept.held_workload(self)

    def trouble(self):
        """The same silent connection."""
        return accept.held(self)

    def live_trouble(self):
        """The same check."""
        return accept.checked(self)
