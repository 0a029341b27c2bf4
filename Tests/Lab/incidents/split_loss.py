"""Random loss in both directions on the way: nothing is split."""

import contextlib

from bench import split, wire
from bench.incident import View


class Reproduction(split.Split):
    """See the file's head."""

    name = "split-loss"
    seconds = 280
    ci = False
    role = "rival"
    shows = ("A wire loses a tenth of all packets, of whatever kind and direction; everything "
             "arrives in the end. No case of the casebook.")
    made_by = "Tests/Lab/bench/wire.py (loss 0.1); nginx; curl"
    symptoms = ("slow-random-spikes", "slow-throughput")
    views = {"capture": View(("balancer-side", "client", "server"), "undecided"),
             "capture client and server": View(("client", "server"), "undecided", True),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "undecided"
    choose = "flow"
    # At a fifth one flow of twelve may lose every copy of its hello until the server gives up. Seen
    # from three points that one flow weighs like three findings, and a split is named.
    proxy = property(lambda self: wire.Wire(loss=0.1, seed=7))

    @contextlib.contextmanager
    def live_trouble(self):
        """The wire stays as it is."""
        yield
