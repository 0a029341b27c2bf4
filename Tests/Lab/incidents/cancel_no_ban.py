"""The healthy twin: requests are cancelled, resets are sent, and nobody minds."""

from bench import cancel
from bench.incident import View
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-no-ban"
    keep = ()
    role = "healthy"
    case = ""
    shows = "Seven requests given up after 0.3 s, with their resets; all others are answered."
    symptoms = ()
    views = {"capture": View(("guard",), "none"), "capture client": View(("client",), "none")}
    live = "none"
    host = "none"
    together = "none"
    fixed = ""

    def watch(self):
        """No rules."""
        self.guard.nft("flush ruleset")
