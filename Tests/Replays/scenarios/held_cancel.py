"""Held out: cancelled requests that lead to a ban, other clients, limits and block pages."""

import time

from kit import heldout, services
from kit.capture import Capture
from kit.heldout import done, java, speaks_ipv6, spread
from kit.lab import Lab
from kit.scenario import Heldout, scenario

CASE = "client-rst-on-cancel-triggers-ip-block"
SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"
WATCH = """table inet guard {
  set resets { type %(type)s; flags dynamic; timeout 90s; }
  set banned { type %(type)s; flags dynamic; timeout 10m; }
  chain watch {
    type filter hook forward priority 0;
    %(banned)s
    %(family)s saddr %(users)s tcp flags & rst == rst \\
      update @resets { %(family)s saddr limit rate over %(limit)d/minute \\
      burst %(limit)d packets } add @banned { %(family)s saddr }
  }
  %(more)s
}
"""


def network(lab, prefixes):
    """Two clients on a switch, a guarding router, another router, the server (…80)."""
    one, two, server = (lab.host(name) for name in ("one", "two", "server"))
    guard, core = lab.host("guard").router(), lab.host("core").router()
    speaks_ipv6((one, two, server, guard, core))
    users, middle, servers = prefixes
    size = 64 if ":" in users else 24
    lab.lan("switch", [(one, "eth0", f"{users}10/{size}"), (two, "eth0", f"{users}11/{size}"),
                       (guard, "eth0", f"{users}1/{size}")])
    lab.link(guard, "eth1", f"{middle}2/{size}", core, "eth0", f"{middle}1/{size}")
    lab.link(core, "eth1", f"{servers}2/{size}", server, "eth0", f"{servers}80/{size}")
    for host, gateway in ((one, f"{users}1"), (two, f"{users}1"), (guard, f"{middle}1"),
                          (core, f"{middle}2"), (server, f"{servers}2")):
        host.ip(f"route add default via {gateway}")
    return one, two, guard, server


def site(server, address):
    """node's web server on port 80."""
    server.spawn("node", heldout.program("site.mjs"), address, 80)
    server.listening(80)


def gets(host, url, number, apart, limit=7):
    """curl one after the other, not waited for."""
    return spread(lambda: host.spawn("curl", "-s", "-o", "/dev/null", "-m", limit, url), number,
                  apart)


@scenario(
    "heldout-cancel-node-fetch",
    [Heldout(CASE, "node-fetch-150ms.pcap", "confirmed",
             "Captured on the guard's port to the users. A node program of 192.0.2.10 asks twelve "
             "times with AbortSignal.timeout(150) for pages that take 0.65 s: FIN after 150 ms, "
             "RST when the answer comes. After nine RSTs every packet of it is dropped; its SYNs "
             "stay unanswered, before it was served, 192.0.2.11 is served all the time.",
             "", (("ip.src == 192.0.2.10 && tcp.flags.reset == 1", 8, 30),
                  (f"{SYN} && ip.src == 192.0.2.10", 15, 40),
                  ("http.response.code == 200 && ip.dst == 192.0.2.11", 9, 9)))],
    "node fetch with AbortSignal (`programs/fetch.mjs`); node as server; nftables; curl; tcpdump",
    "clients 192.0.2.10 and .11 - guard - router - server 198.51.100.80", 30)
def cancel_node(path):
    """See the README entry."""
    with Lab("h-fetch") as lab:
        one, two, guard, server = network(lab, ("192.0.2.", "172.30.1.", "198.51.100."))
        site(server, "198.51.100.80")
        guard.nft(WATCH % {"type": "ipv4_addr", "family": "ip", "users": "192.0.2.0/24",
                           "limit": 8, "banned": "ip saddr @banned drop", "more": ""})
        url = "http://198.51.100.80"
        with Capture(guard, "eth0", path):
            done(gets(one, f"{url}/", 2, 0.4) + gets(two, f"{url}/", 2, 0.4))
            program = one.spawn("node", heldout.program("fetch.mjs"), f"{url}/wait/650", 12, 400,
                                150)
            others = gets(two, f"{url}/", 3, 2.0)
            program.wait(40)
            time.sleep(0.5)
            done(gets(one, f"{url}/", 2, 0.6) + gets(two, f"{url}/", 4, 0.9) + others)


@scenario(
    "heldout-cancel-java-451",
    [Heldout(CASE, "java-1200ms-page-451.pcapng", "likely",
             "Captured on the guard's port to the users. A Java HttpClient of 203.0.113.10 with a "
             "timeout of 1.2 s asks for pages that take 2 s; after five resets its requests are "
             "answered by another machine in the server's name: status 451, \"This address has "
             "been suspended for abnormal connection behaviour\", two hops nearer (TTL 64, the "
             "server's 62). 203.0.113.11 gets its pages all the time.",
             "", (("ip.src == 203.0.113.10 && tcp.flags.reset == 1", 4, 20),
                  ("http.response.code == 451 && ip.dst == 203.0.113.10 && ip.ttl == 64", 3, 8),
                  ("http.response.code == 200 && ip.dst == 203.0.113.11", 7, 7)))],
    "JDK 17 HttpClient (`programs/Fetch.java`); node as server; nftables redirect to nginx on the "
    "guard; curl; dumpcap",
    "clients 203.0.113.10 and .11 - guard - router - server 198.51.100.80", 35)
def cancel_java(path):
    """See the README entry."""
    with Lab("h-451") as lab:
        one, two, guard, server = network(lab, ("203.0.113.", "172.30.2.", "198.51.100."))
        site(server, "198.51.100.80")
        guard.nft(WATCH % {"type": "ipv4_addr", "family": "ip", "users": "203.0.113.0/24",
                           "limit": 4, "banned": "", "more":
                           "chain page { type nat hook prerouting priority -100; "
                           "ip saddr @banned tcp dport 80 redirect to :8099; }"})
        services.nginx(guard, "server { listen 8099; location / { return 451 '<h1>This address has "
                       "been suspended for abnormal connection behaviour</h1>'; } }", 8099)
        url = "http://198.51.100.80"
        with Capture(guard, "eth0", path):
            done(gets(one, f"{url}/", 3, 0.4) + gets(two, f"{url}/", 2, 0.4))
            program = java(one, "Fetch", f"{url}/wait/2000", 7, 900, 1200)
            others = gets(two, f"{url}/", 3, 4.0)
            program.wait(60)
            done(gets(one, f"{url}/", 2, 0.7) + gets(two, f"{url}/", 2, 0.7) + others)


@scenario(
    "heldout-cancel-ipv6-refused",
    [Heldout(CASE, "downloads-cut-then-refused-ipv6.pcap", "any",
             "IPv6. A client cuts slow downloads short 0.5 s after they began (the answer is "
             "half there: RST when the next piece comes). From the fourth or fifth on the guard "
             "refuses that client's SYNs itself (RST with hop limit 64, the server's 62); another "
             "client goes on. Captured on the client's own interface and so without the other.",
             "", (("ipv6.src == 2001:db8:c1::10 && tcp.flags.reset == 1", 3, 30),
                  ("ipv6.dst == 2001:db8:c1::10 && tcp.flags.reset == 1 && ipv6.hlim == 64", 3, 60)
                  ))],
    "curl -m 0.5 against node that drips; nftables (`reject with tcp reset`); tcpdump",
    "clients 2001:db8:c1::10 and ::11 - guard - router - server 2001:db8:c3::80", 25)
def cancel_ipv6(path):
    """See the README entry."""
    with Lab("h-cut6") as lab:
        one, two, guard, server = network(
            lab, ("2001:db8:c1::", "2001:db8:c2::", "2001:db8:c3::"))
        site(server, "2001:db8:c3::80")
        guard.nft(WATCH % {"type": "ipv6_addr", "family": "ip6", "users": "2001:db8:c1::/64",
                           "limit": 3, "more": "",
                           "banned": "ip6 saddr @banned tcp flags & syn == syn reject with tcp "
                                     "reset\n ip6 saddr @banned drop"})
        url = "http://[2001:db8:c3::80]"
        with Capture(one, "eth0", path):
            done(gets(one, f"{url}/", 2, 0.3))
            cut = gets(one, f"{url}/drip/90", 7, 0.8, 0.5)
            others = gets(two, f"{url}/", 3, 0.5)
            time.sleep(1)
            done(cut + others + gets(one, f"{url}/", 3, 0.6))


@scenario(
    "heldout-cancel-no-ban",
    [Heldout("healthy", "cancelled-without-ban.pcap", "not-confirmed",
             "The same node program cancels eight requests after 150 ms and nobody minds: the next "
             "ones are answered.",
             "", (("ip.src == 192.0.2.10 && tcp.flags.reset == 1", 6, 16),
                  ("http.response.code == 200", 12, 18)))],
    "node fetch with AbortSignal (`programs/fetch.mjs`); node as server; curl; tcpdump",
    "clients 192.0.2.10 and .11 - two routers - server 198.51.100.80", 15)
def cancel_no_ban(path):
    """See the README entry."""
    with Lab("h-noban") as lab:
        one, two, guard, server = network(lab, ("192.0.2.", "172.30.1.", "198.51.100."))
        site(server, "198.51.100.80")
        url = "http://198.51.100.80"
        with Capture(guard, "eth0", path):
            done(gets(one, f"{url}/", 2, 0.4) + gets(two, f"{url}/", 1, 0.4))
            one.spawn("node", heldout.program("fetch.mjs"), f"{url}/wait/650", 8, 400,
                      150).wait(40)
            time.sleep(0.8)
            done(gets(one, f"{url}/", 3, 0.3) + gets(two, f"{url}/", 1, 0.3))
