"""A server that takes 3 s for each handshake, whoever else is connected: slow, not blocked."""

from bench import accept
from bench.incident import View


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-slow"
    seconds = 180
    ci = False
    role = "rival"
    shows = ("Each ServerHello comes after 3.0 s, in parallel for all, with a silent neighbour or "
             "without. No case of the casebook: nothing may be named.")
    made_by = "Tests/Lab/programs/license_server.py (mode slow); Python ssl clients"
    symptoms = ("slow-fixed-seconds", "ping-works")
    views = {"capture": View(("server",), "undecided"),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "undecided"

    def serve(self):
        """The slow server."""
        return accept.license_server(self, "slow")

    def workload(self):
        """As for the blocked one: somebody is silent meanwhile."""
        accept.held_workload(self)

    def trouble(self):
        """A silent connection that holds nobody."""
        return accept.held(self)
