"""The guard answers the banned address in the server's name with a page of its own."""

from bench import cancel
from bench.incident import View
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-page"
    keep = ("guard.pcap", "live.json")
    shows = ("As cancel-curl, but the guard answers the banned address itself: 403, \"Access "
             "Administratively Blocked\".")
    made_by = "as cancel-curl; nftables redirect of the banned to nginx on the guard"
    symptoms = ("block-message", "only-some-clients", "at-peak-load", "http-odd-4xx")
    views = {"capture": View(("guard",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    action = ""
    page = cancel.PAGE
