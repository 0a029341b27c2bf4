"""A license server of our own with the handshake in its accept loop, client certificates wanted."""

from bench import accept
from bench.incident import View
from kit import services


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-mtls"
    seconds = 165
    keep = ("server.pcap", "live.json")
    case = accept.CASE
    shows = ("A Python license server wants client certificates and does the handshake inside its "
             "accept loop; seats are served by threads. A silent connection blocks every new "
             "checkout; seats that are already connected go on.")
    made_by = "Tests/Lab/programs/license_server.py (mode loop, with a CA); Python ssl clients"
    views = {"capture": View(("server",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    live = "confirmed"
    host = "undecided"
    together = "confirmed"
    fixed = "the handshake moves into the seat's thread, with a deadline"

    def serve(self):
        """A CA, a client's certificate, the server."""
        self.authority = services.certificate(self.lab, "ca.example.com")
        self.pair = services.certificate(self.lab, "license.example.com", "ec", self.authority)
        self.own = services.certificate(self.lab, "seat.example.com", "ec", self.authority,
                                        "clientAuth")
        return accept.license_server(self, "loop", self.authority[0])

    def workload(self):
        """The silent connection for 5 s."""
        accept.held_workload(self)

    def trouble(self):
        """The silent connection while the host is looked at."""
        return accept.held(self)

    def live_trouble(self):
        """A check that waits for a greeting while the probes ask."""
        return accept.checked(self)

    def ask(self):
        """From the client, with its certificate."""
        return self.client, (accept.TARGET, "--client-cert", self.own[0], "--client-key",
                             self.own[1], "--trust", self.authority[0])

    def fix(self):
        """The same server, repaired."""
        self.process.terminate()
        self.process.wait(10)
        self.process = accept.license_server(self, "threads", self.authority[0])
