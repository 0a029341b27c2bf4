"""A filter forgets idle connections and answers their next byte with a reset."""

import time

from bench import cancel
from bench.incident import View
from kit import clients

IDLE = """table ip nat {
  set seen { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 4s; }
  chain forget {
    type filter hook forward priority 0;
    ip saddr 192.0.2.0/24 tcp flags & (syn|ack) == syn \\
      update @seen { ip saddr . tcp sport timeout 4s } accept
    ip saddr 192.0.2.0/24 ip saddr . tcp sport @seen \\
      update @seen { ip saddr . tcp sport timeout 4s } accept
    ip daddr 192.0.2.0/24 accept
    ip saddr 192.0.2.0/24 ip protocol tcp reject with tcp reset
  }
}
"""


def pool(address, pauses):
    """One kept connection: a request, then a request after each pause; a new one when it breaks."""
    link = None
    for pause in pauses:
        try:
            if link is None:
                link = clients.connect(address, 3.0)
            clients.http_exchange(link, path="/")
        except OSError:
            link.close()
            link = None
        time.sleep(pause)
    if link:
        link.close()


class Reproduction(cancel.Cancel):
    """See the file's head."""

    name = "cancel-idle-reset"
    role = "rival"
    case = "idle-timeout-silent-drop"
    equals = {"firewall-injects-resets": "a device does send the reset that ends the connection: "
                                         "both name the same box"}
    shows = ("A filter forgets connections after 4 s without a packet and answers what comes later "
             "with a reset. Connections that are used more often live on.")
    made_by = "nftables with timeouts; Python clients that keep connections"
    symptoms = ("dead-after-idle", "slow-first-request", "restart-helps")
    views = {"capture": View(("client",), "undecided"),
             "capture guard": View(("guard",), "undecided")}
    live = None
    host = None
    together = "undecided"

    def watch(self):
        """The forgetful filter."""
        self.guard.nft("flush ruleset")
        self.guard.nft(IDLE)

    def workload(self):
        """Three pools that pause too long, one that does not."""
        tasks = [self.one.start(pool, cancel.WEB, (0.5, 6.0, 0.5, 6.0, 0.1)) for _ in range(3)]
        tasks.append(self.two.start(pool, cancel.WEB, (1.0,) * 13))
        for task in tasks:
            task.result()
