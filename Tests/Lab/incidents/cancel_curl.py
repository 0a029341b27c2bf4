"""curl -m 0.3 against pages that take a second; the guard drops the address after five resets."""

from bench import cancel
from bench.incident import View


class Reproduction(cancel.Cancel):
    """See the file's head; the other clients of this group change only `cancel`."""

    name = "cancel-curl"
    keep = ("guard.pcap", "live.json")
    case = cancel.CASE
    shows = ("A client gives up after 0.3 s on requests that take a second, seven times; the "
             "guard then drops everything of that address. Another client is served all the time.")
    made_by = "curl -m 0.3; a Python web server; nftables with a dynamic set that counts RSTs"
    views = {"capture": View(("guard",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    live = "confirmed"
    host = "undecided"
    together = "confirmed"
    fixed = "the client's deadline is longer than the slowest answer"
    patient = False

    def cancel(self):
        """Seven curls."""
        limit = "9" if self.patient else "0.3"
        cancel.ended(cancel.gets(self.one, "/slow/1", 7, 0.4, "-m", limit))

    def fix(self):
        """Patience, and a guard that has forgotten."""
        self.watch()
        self.patient = True
