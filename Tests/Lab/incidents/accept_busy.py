"""The blocked accept loop on a busy host: the freed server takes 70 ms for each that waited."""

from bench import accept
from bench.incident import View


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-busy"
    keep = ("server.pcap",)
    case = accept.CASE
    shows = ("As accept-held, with a server whose handshakes take 70 ms (a busy host, a key on a "
             "slow device): the hellos that waited are answered one after the other, the last "
             "200 ms after the silent connection's end.")
    made_by = "Tests/Lab/programs/license_server.py (mode busy); Python ssl clients"
    views = {"capture": View(("server",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    host = "undecided"
    together = "confirmed"
    fixed = "the handshake moves into the seat's thread, with a deadline"

    def serve(self):
        """The slow-handed server."""
        return accept.license_server(self, "busy")

    def workload(self):
        """The silent connection for 8 s: the machine may be busier than the server pretends."""
        accept.held_workload(self, 8.0)

    def trouble(self):
        """The silent connection while the host is looked at."""
        return accept.held(self)

    def fix(self):
        """The same server, repaired."""
        self.process.terminate()
        self.process.wait(10)
        self.process = accept.license_server(self, "threads")
