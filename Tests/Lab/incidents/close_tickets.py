"""The healthy twin: the same rude client, and a server whose sessions live in stateless tickets."""

from bench import sessions
from bench.incident import View


class Reproduction(sessions.Sessions):
    """See the file's head."""

    name = "close-tickets"
    role = "healthy"
    shows = ("stunnel with tickets, TLS 1.2: closes without close_notify do no harm, since the "
             "server keeps nothing that it could forget.")
    made_by = "stunnel (TLS 1.2, tickets); Python ssl client"
    symptoms = ()
    views = {"capture": View(("server",), "none")}
    live = "none"
    host = "none"
    together = "none"
    tickets = True

    def serve(self):
        """stunnel with tickets."""
        return sessions.stunnel(self, "sslVersionMax = TLSv1.2")
