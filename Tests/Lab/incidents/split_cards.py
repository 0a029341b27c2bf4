"""The switch picks the balancer by source MAC; the carrier's second card takes each third flow."""

from bench import split
from bench.incident import View
from scenarios import flow_split

ALL = ("balancer-side", "client", "server")


class Reproduction(split.Split):
    """See the file's head."""

    name = "split-cards"
    seconds = 215
    keep = ("balancer-side.pcap",)
    case = split.CASE
    shows = ("Of each third flow the data leave by the carrier's second card; the switch hashes "
             "the source MAC, so they reach the second balancer, which knows no such flow and "
             "drops them. SYNs and ACKs take the first card.")
    made_by = flow_split.MADE
    views = {"capture": View(ALL, "confirmed"),
             "capture client and server": View(("client", "server"), "undecided", True),
             "capture both balancers": View(("balancer-one", "balancer-two"), "undecided", True),
             "capture client": View(("client",), "undecided"),
             "capture server": View(("server",), "undecided"),
             "capture carrier-side": View(("carrier-side",), "undecided"),
             "capture balancer-two": View(("balancer-two",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "confirmed"
    fixed = "the switch hashes the flow's ports, nothing of the frame"

    def fix(self):
        """Another hash."""
        self.switch.nft("flush ruleset")
        self.switch.filter("iifname eth0 meta mark set jhash tcp sport mod 2 seed 0x5 offset 1",
                           hook="prerouting")
