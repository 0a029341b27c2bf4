"""Clients behind a device that bans an address after some resets: what group c shares."""

import contextlib
import time

from kit import clients, servers, services

from .incident import Incident

WEB = ("198.51.100.80", 80)
URL = f"http://{WEB[0]}"
CASE = "client-rst-on-cancel-triggers-ip-block"
# More than so many RSTs of one address in a minute, and it is dropped or sent elsewhere.
WATCH = """table ip guard {
  set resets { type ipv4_addr; flags dynamic; timeout 60s; }
  set banned { type ipv4_addr; flags dynamic; timeout 10m; }
  chain watch {
    type filter hook forward priority 0;
    %s
    ip saddr 192.0.2.0/24 tcp flags & rst == rst \\
      update @resets { ip saddr limit rate over %d/minute burst %d packets } \\
      add @banned { ip saddr }
  }
  %s
}
"""
DROP = "ip saddr @banned drop"
PAGE = """chain page { type nat hook prerouting priority -100;
    ip saddr @banned tcp dport 80 redirect to :8081; }"""


class Cancel(Incident):
    """Two clients, a guarding router, a server."""

    checks = ("http-abandon",)
    allow = "normal"
    group = "c"
    topology = ("clients 192.0.2.10 and .11, a fresh one .12 - guard (nftables) - server "
                "198.51.100.80")
    symptoms = ("only-some-clients", "at-peak-load", "began-after-app-change",
                "connect-times-out")
    action = DROP
    page = ""
    most = 3
    fixed = ""

    def build(self, lab):
        """The network, the server, the guard's rules."""
        self.lab = lab
        self.one, self.two, self.fresh, self.server = (
            lab.host(name) for name in ("one", "two", "fresh", "server"))
        self.guard = lab.host("guard").router()
        lab.lan("switch", [(self.one, "eth0", "192.0.2.10/24"), (self.two, "eth0", "192.0.2.11/24"),
                           (self.fresh, "eth0", "192.0.2.12/24"),
                           (self.guard, "eth0", "192.0.2.1/24")])
        # A second address, for somebody who compares sources.
        self.one.ip("addr add 192.0.2.13/24 dev eth0")
        lab.link(self.guard, "eth1", "198.51.100.1/24", self.server, "eth0", "198.51.100.80/24")
        for host in (self.one, self.two, self.fresh):
            host.ip("route add default via 192.0.2.1 src 192.0.2.10" if host is self.one
                    else "route add default via 192.0.2.1")
        self.server.ip("route add default via 198.51.100.1")
        self.server.start(servers.serve_http, WEB)
        self.server.listening(WEB[1])
        if self.page:
            services.nginx(self.guard, "server { listen 8081; location / { return 403 '<html>"
                           "<title>Blocked</title>Access Administratively Blocked</html>'; } }",
                           8081)
        self.watch()

    def watch(self):
        """Load the rules; nobody is banned."""
        self.guard.nft("flush ruleset")
        self.guard.nft(WATCH % (self.action, self.most, self.most, self.page))

    def points(self):
        """The guard's port to the clients, and the banned client's own."""
        return {"guard": (self.guard, "eth0"), "client": (self.one, "eth0")}

    def cancel(self):
        """Seven requests given up; subclasses say by which program."""
        raise NotImplementedError

    def workload(self):
        """Ordinary requests of both clients, cancelled ones of the first, both again."""
        ended(gets(self.one, "/", 3, 0.2) + gets(self.two, "/", 2, 0.2))
        self.cancel()
        time.sleep(1.2)
        waiting = gets(self.one, "/", 3, 0.5, "-m", "5")
        ended(gets(self.two, "/", 4, 0.5) + waiting)

    @contextlib.contextmanager
    def trouble(self):
        """The client goes on to cancel in the second look's time."""
        self.watch()
        task = self.one.start(cancel_for_ever, 0.3)
        yield
        task.stop()

    @contextlib.contextmanager
    def live_trouble(self):
        """Everybody is free again: the probe may find out what leads to a ban."""
        self.watch()
        yield

    def look(self):
        """On the client that cancels."""
        return self.one, ("--remote", f"{WEB[0]}:{WEB[1]}", "--watch", 6)

    def ask(self):
        """From an address that was never banned, at a page that takes its time."""
        return self.fresh, (f"{URL}/slow/0.6", "--count", 6)


def gets(host, path, number, apart, *options):
    """curl one after the other, not waited for."""
    running = []
    for _ in range(number):
        running.append(host.spawn("curl", "-s", "-o", "/dev/null", *options, f"{URL}{path}"))
        time.sleep(apart)
    return running


def ended(running):
    """Wait for these programs."""
    for process in running:
        process.wait(60)


def cancel_for_ever(wait):
    """Requests given up after `wait` seconds until the process is ended."""
    while True:
        try:
            link = clients.connect(WEB, 2.0)
            link.sendall(b"GET /slow/0.7 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n")
            time.sleep(wait)
            link.close()
        except OSError:
            pass
        time.sleep(0.2)
