"""A switch that spreads one connection over two balancers: what group e shares.

The network is that of the replays of the case (`Tests/Replays/scenarios/flow_split.py`).
"""

import contextlib
import time

from kit import services
from scenarios import flow_split

from .incident import Incident

VIP = flow_split.VIP
CASE = "flow-split-across-load-balancers-by-hash"


class Split(Incident):
    """A client, a carrier with two cards, a switch, two balancers, a server."""

    group = "e"
    topology = flow_split.TOPOLOGY
    symptoms = ("tls-handshake-hangs", "hang-after-connect", "steady-small-share",
                "only-some-clients", "began-after-network-change")
    checks = ("handshake-storm",)
    proxy = None
    choose = "card"
    seconds = 80

    def build(self, lab):
        """The network and nginx."""
        self.lab = lab
        self.client, self.switch, self.server = flow_split.network(
            lab, proxy=self.proxy, choose=self.choose)
        time.sleep(0.5)
        self.serve()

    def serve(self):
        """nginx for both schemes; it closes after 4 s without a byte."""
        pair = services.certificate(self.lab)
        self.process = services.nginx(
            self.server, "client_header_timeout 4s; server { listen 443 ssl; listen 80; "
            f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; "
            "location / { return 200 'ok'; } }", 443)

    def points(self):
        """Both ends, both sides of the switch, both balancers."""
        hosts = self.lab.hosts
        return {"client": (self.client, "eth0"), "carrier-side": (self.switch, "eth0"),
                "balancer-side": (self.switch, "eth1"), "balancer-one": (hosts["lb1"], "eth0"),
                "balancer-two": (hosts["lb2"], "eth0"), "server": (self.server, "eth0")}

    def visits(self, number=12):
        """TLS and clear requests, begun one after the other; their processes."""
        running = []
        for index in range(number):
            scheme = "http" if index % 4 == 3 else "https"
            running.append(self.client.spawn("curl", "-sk", "-o", "/dev/null", "-m", "9",
                                             f"{scheme}://{VIP}/"))
            time.sleep(0.25)
        return running

    def workload(self):
        """Twelve requests, nine of them TLS."""
        for process in self.visits():
            process.wait(20)

    @contextlib.contextmanager
    def trouble(self):
        """The same while the server is looked at."""
        running = self.visits()
        yield
        for process in running:
            process.wait(20)

    def look(self):
        """On the server, which knows nothing of it."""
        return self.server, ("--port", 443, "--process", self.process.pid, "--watch", 6)

    def ask(self):
        """From the client; few handshakes, each with little patience."""
        return self.client, (f"tls://{VIP}:443", "--count", 60)
