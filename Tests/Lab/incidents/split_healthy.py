"""The healthy twin: two balancers, each flow stays with its own."""

from bench import split
from bench.incident import View
from scenarios import flow_split


class Reproduction(split.Split):
    """See the file's head."""

    name = "split-healthy"
    seconds = 165
    role = "healthy"
    shows = ("The switch picks the balancer by the flow's source port: all packets of a flow go "
             "one way.")
    made_by = flow_split.MADE
    symptoms = ()
    views = {"capture": View(("balancer-side", "client", "server"), "none"),
             "capture client and server": View(("client", "server"), "none", True),
             "capture client": View(("client",), "none")}
    live = "none"
    host = "none"
    together = "none"
    choose = "flow"
