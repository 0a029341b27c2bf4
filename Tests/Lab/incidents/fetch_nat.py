"""A box on the way forgets idle connections without a word; the pool's next request is lost."""

import contextlib
import time

from bench import fetch
from bench.incident import View
from kit import clients, servers

TABLE = """table bridge box {
  set seen { type ipv6_addr . inet_service; flags dynamic,timeout; timeout 5s; }
  chain forget {
    type filter hook forward priority 0;
    ether type ip6 ip6 nexthdr tcp ip6 daddr %s tcp flags & (syn|ack) == syn \\
      update @seen { ip6 saddr . tcp sport timeout 5s } accept
    ether type ip6 ip6 nexthdr tcp ip6 daddr %s ip6 saddr . tcp sport @seen \\
      update @seen { ip6 saddr . tcp sport timeout 5s } accept
    ether type ip6 ip6 nexthdr tcp ip6 daddr %s drop
  }
}
""" % ((fetch.CRL,) * 3)


def pool(address, pauses, patience):
    """One kept connection; a request after each pause, a new connection when one hangs."""
    link = None
    for pause in pauses:
        try:
            if link is None:
                link = clients.connect(address, 5.0)
            link.settimeout(patience)
            clients.http_exchange(link)
        except OSError:
            link.close()
            link = None
        time.sleep(pause)


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-nat"
    keep = ("app.pcap",)
    role = "rival"
    case = "idle-timeout-silent-drop"
    equals = {"half-open-after-peer-crash": "the box has lost the connection's state as a crashed "
                                            "peer has: only who lost it differs"}
    shows = ("A box forgets a connection after 5 s without a packet of the client and then drops "
             "what comes. Pools that pause for longer hang with their next request; new "
             "connections are served at once.")
    made_by = "nftables (bridge) with timeouts; Python clients that keep connections"
    symptoms = ("dead-after-idle", "slow-fixed-seconds", "restart-helps")
    views = {"capture": View(("app",), "likely")}
    live = None
    host = "undecided"
    together = "undecided"

    def serve(self):
        """The remote, and the box in the switch."""
        self.remote.start(servers.serve_http, (fetch.CRL, 80))
        self.remote.listening(80)
        self.lab.hosts["switch"].nft(TABLE)

    def start(self):
        """No web server here."""
        return None

    def points(self):
        """The pool's host."""
        return {"app": (self.app, "eth0")}

    def pools(self, patience):
        """Three that pause too long, one that does not."""
        tasks = [self.app.start(pool, (fetch.CRL, 80), (0.3, 0.3, 8.0, 0.3, 8.0, 0.3), patience)
                 for _ in range(3)]
        tasks.append(self.app.start(pool, (fetch.CRL, 80), (1.0,) * 24, patience))
        return tasks

    def workload(self):
        """Both kinds."""
        for task in self.pools(4.0):
            task.result(120)

    @contextlib.contextmanager
    def trouble(self):
        """Pools that hang while the host is looked at."""
        tasks = self.pools(60.0)
        time.sleep(11)
        yield
        for task in tasks:
            task.stop()

    def look(self):
        """On the pool's host."""
        return self.app, ("--remote", f"[{fetch.CRL}]:80", "--watch", 12)
