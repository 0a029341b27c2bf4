"""Nothing listens any more: SYNs are answered by resets."""

import contextlib

from bench import cancel
from bench.incident import View


class Reproduction(cancel.Cancel):
    """See the file's head."""

    name = "cancel-refused"
    keep = ("live.json", "host.json")
    role = "rival"
    checks = ()
    allow = "load"
    case = "service-not-listening-on-that-address"
    shows = "The clients ask port 8099, where nothing listens; port 80 works."
    made_by = "curl; a Python web server on another port"
    symptoms = ("connect-refused", "began-after-app-change", "ping-works")
    views = {"capture": View(("guard",), "undecided"),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "confirmed"

    def watch(self):
        """No rules."""
        self.guard.nft("flush ruleset")

    def workload(self):
        """Requests to both ports."""
        cancel.ended(cancel.gets(self.one, "/", 2, 0.2))
        for _ in range(6):
            self.one.curl("http://198.51.100.80:8099/")
        cancel.ended(cancel.gets(self.two, "/", 2, 0.2))

    @contextlib.contextmanager
    def trouble(self):
        """Nothing more is needed."""
        yield

    def look(self):
        """On the server, at the port."""
        return self.server, ("--port", 8099, "--watch", 6)

    def ask(self):
        """From the client."""
        return self.one, ("http://198.51.100.80:8099/",)
