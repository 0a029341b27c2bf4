"""The same behind a box that acknowledges the client's data for the server: the seed's oddity."""

from bench import split
from bench.incident import View
from incidents import split_cards
from kit import ackproxy


class Reproduction(split_cards.Reproduction):
    """See the file's head."""

    name = "split-proxy"
    keep = ("client.pcap",)
    shows = ("As split-cards; a box two hops from the client acknowledges its data (TTL 253) and "
             "passes it on. In bad flows the server's FIN takes the acknowledgement back.")
    made_by = split_cards.Reproduction.made_by + "; Tests/Replays/kit/ackproxy.py"
    equals = {"transparent-proxy-acks-for-server":
              "the box that acknowledges is there too and part of the client's picture; at the "
              "client nothing tells the two apart"}
    views = {"capture": View(split_cards.ALL, "confirmed"),
             "capture client and server": View(("client", "server"), "undecided", True),
             "capture client": View(("client",), "undecided"),
             "capture server": View(("server",), "undecided")}

    @property
    def proxy(self):
        """A new one for each lab."""
        return ackproxy.AckProxy()
