"""The same Java server in TLS 1.3: stateful tickets, kept by the server."""

from bench import sessions
from bench.incident import View
from incidents import close_java12
from kit import clients


class Reproduction(close_java12.Reproduction):
    """See the file's head."""

    name = "close-java13"
    keep = ("server.pcap",)
    shows = ("As close-java12 in TLS 1.3. The ServerHello echoes the legacy session id always; "
             "only pre_shared_key tells, and a close_notify is known by its size.")
    views = {"capture": View(("server",), "likely")}
    together = "likely"
    version = clients.ssl.TLSVersion.TLSv1_3
    tickets = True

    def ask(self):
        """From the client, the version pinned."""
        return self.client, (sessions.TARGET, "--tls-min", "1.3")
