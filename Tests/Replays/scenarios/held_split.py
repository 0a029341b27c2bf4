"""Held out: flows split over two balancers by another rule, IPv6, clear HTTP, a mirror port."""

import time

from kit import services
from kit.capture import Capture
from kit.heldout import speaks_ipv6
from kit.lab import Lab
from kit.scenario import Heldout, scenario

CASE = "flow-split-across-load-balancers-by-hash"
SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"
TABLE = """table inet balancer {
  set flows { type inet_service; flags dynamic,timeout; timeout 5m; }
  chain forward {
    type filter hook forward priority 0;
    tcp flags & (syn|ack) == syn add @flows { tcp sport } accept
    tcp sport @flows accept
    %s
  }
}
"""
# Flows are dealt to two balancers by port; in a moved flow what is longer than 100 bytes goes to
# the other one.
DEAL = """table inet deal {
  set moved { type inet_service; flags dynamic,timeout; timeout 5m; }
  chain pick {
    type filter hook prerouting priority -150;
    iifname != "eth0" accept
    meta mark set jhash tcp sport mod 2 seed 0x11 offset 1
    %s
    tcp sport @moved meta length > 100 meta mark set meta mark map { 1 : 2, 2 : 1 }
  }
}
"""
EVERY_FOURTH = "tcp flags & (syn|ack) == syn numgen inc mod 4 == 1 add @moved { tcp sport }"


def network(lab, prefixes, vip, unknown, split, mirror=False):
    """Client - edge - two balancers (direct return) - server, the last four on one segment."""
    users, inside = prefixes
    size, whole = (64, 128) if ":" in users else (24, 32)
    client, server = lab.host("client"), lab.host("server").router()
    edge, one, two = (lab.host(name).router() for name in ("edge", "lb1", "lb2"))
    monitor = lab.host("monitor")
    speaks_ipv6((client, server, edge, one, two))
    lab.link(client, "eth0", f"{users}10/{size}", edge, "eth0", f"{users}1/{size}")
    segment = lab.lan("segment", [
        (edge, "eth1", f"{inside}1/{size}"), (one, "eth0", f"{inside}11/{size}"),
        (two, "eth0", f"{inside}12/{size}"), (server, "eth0", f"{inside}30/{size}"),
        (monitor, "eth0", None)])
    segment.ip(f"link set br0 type bridge ageing_time {0 if mirror else 30000}")
    monitor.ip("link set eth0 up")
    client.ip(f"route add default via {users}1")
    family = "-6 " if ":" in users else ""
    for number, last in ((1, 11), (2, 12)):
        edge.ip(f"{family}route add {vip}/{whole} via {inside}{last} table {number}")
        edge.ip(f"{family}rule add fwmark {number} table {number}")
    for host in (one, two):
        host.ip(f"route add {vip}/{whole} via {inside}30")
        host.ip(f"route add default via {inside}1")
        host.nft(TABLE % unknown)
        host.sysctl(ipv4__conf__eth0__send_redirects=0)
    server.ip(f"addr add {vip}/{whole} dev lo")
    server.ip(f"route add default via {inside}1")
    server.sysctl(ipv4__conf__all__arp_ignore=1)
    edge.nft(DEAL % split)
    return client, edge, server, monitor


def visits(client, urls, apart, limit):
    """curl for each URL, begun one after the other; the exit codes."""
    running = []
    for url in urls:
        running.append(client.spawn("curl", "-sk", "-o", "/dev/null", "-m", limit, url))
        time.sleep(apart)
    return [process.wait(40) for process in running]


def tls_and_clear(lab, server, timeout):
    """nginx on 443 and 80, IPv4 and IPv6, with this patience for a request head."""
    pair = services.certificate(lab)
    services.nginx(server, f"client_header_timeout {timeout}; server {{ listen 443 ssl; listen "
                   f"[::]:443 ssl; listen 80; listen [::]:80; ssl_certificate {pair[0]}; "
                   f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}", 443)


@scenario(
    "heldout-split-ipv6",
    [Heldout(CASE, "every-fourth-ipv6.pcapng", "confirmed",
             "IPv6, captured on the port to the balancers. Flows are dealt to two balancers by "
             "port; in each fourth one the SYN goes to one balancer and all data, from the same "
             "sender, to the other, which drops it: four of sixteen, TLS and clear HTTP, repeat "
             "their first data until the server closes after 7 s without a byte.",
             "", ((SYN, 16, 16), ("tls.handshake.type == 2", 7, 9)))],
    "nftables as router and balancers; nginx (client_header_timeout 7s); curl; dumpcap",
    "client 2001:db8:e1::10 - edge - lb1 ::11 and lb2 ::12 - server (2001:db8:e9::80)", 30)
def split_ipv6(path):
    """See the README entry."""
    with Lab("h-split6") as lab:
        vip = "2001:db8:e9::80"
        client, edge, server, _ = network(lab, ("2001:db8:e1::", "2001:db8:e2::"), vip, "drop",
                                          EVERY_FOURTH)
        tls_and_clear(lab, server, "7s")
        urls = [f"{'http' if number % 3 == 2 else 'https'}://[{vip}]/" for number in range(16)]
        with Capture(edge, "eth1", path):
            codes = visits(client, urls, 0.6, 12)
        assert codes.count(0) == 12, codes


@scenario(
    "heldout-split-mirror",
    [Heldout(CASE, "mirror-port-clear-http-reset.pcap", "confirmed",
             "A mirror port of the segment, clear HTTP only. Each packet of a good flow is there "
             "twice (to the balancer, to the server). In every fourth flow the edge sends the SYN "
             "to one balancer's MAC and the request to the other's, which answers with a RST in "
             "the server's name.",
             "", (("tcp.flags.reset == 1", 3, 24), ("http.response.code == 200", 9, 18)))],
    "nftables (`reject with tcp reset`); nginx; curl; tcpdump on a flooded port",
    "client 192.0.2.10 - edge - lb1 and lb2 - server (203.0.113.200)", 20)
def split_mirror(path):
    """See the README entry."""
    with Lab("h-splitm") as lab:
        vip = "203.0.113.200"
        client, _, server, monitor = network(lab, ("192.0.2.", "198.51.100."), vip,
                                             "meta l4proto tcp reject with tcp reset",
                                             EVERY_FOURTH, True)
        tls_and_clear(lab, server, "7s")
        with Capture(monitor, "eth0", path):
            codes = visits(client, [f"http://{vip}/"] * 12, 0.4, 9)
        assert codes.count(0) == 9, codes


@scenario(
    "heldout-split-port-range",
    [Heldout(CASE, "part-of-a-port-hash-drop.pcap", "confirmed",
             "IPv4, captured on the port to the balancers. The flows whose source port falls into "
             "one half of a hash are split, whatever their number; several clients ask at the same "
             "time, two hosts, TLS only. The server gives up after 3 s.",
             "", ((SYN, 15, 15), ("tls.handshake.type == 2", 5, 12)))],
    "nftables (`jhash`) as router and balancers; nginx (client_header_timeout 3s); curl; tcpdump",
    "client 192.0.2.10 and, on the same host, 192.0.2.77 - edge - lb1 and lb2 - server "
    "(203.0.113.200)", 20)
def split_hash(path):
    """See the README entry."""
    with Lab("h-splith") as lab:
        vip = "203.0.113.200"
        client, edge, server, _ = network(
            lab, ("192.0.2.", "198.51.100."), vip, "drop",
            "tcp flags & (syn|ack) == syn jhash tcp sport mod 3 seed 0x23 == 0 add @moved "
            "{ tcp sport }")
        client.ip("addr add 192.0.2.77/24 dev eth0")
        tls_and_clear(lab, server, "3s")
        with Capture(edge, "eth1", path):
            running = []
            for number in range(15):
                running.append(client.spawn(
                    "curl", "-sk", "-o", "/dev/null", "-m", 8, "--interface",
                    ("192.0.2.10", "192.0.2.77")[number % 2], "--local-port", 50000 + 7 * number,
                    f"https://{vip}/"))
                time.sleep(0.15)
            codes = [process.wait(30) for process in running]
        assert 3 <= len(codes) - codes.count(0) <= 10, codes


@scenario(
    "heldout-two-balancers",
    [Heldout("healthy", "two-balancers-by-port-ipv6.pcap", "not-confirmed",
             "The same edge and balancers without a split flow: flows of one sender go to two "
             "MACs, each flow to one.",
             "", ((SYN, 10, 10), ("tls.handshake.type == 2", 5, 5)))],
    "as every-fourth-ipv6", "as every-fourth-ipv6", 15)
def two_balancers(path):
    """See the README entry."""
    with Lab("h-two6") as lab:
        vip = "2001:db8:e9::80"
        client, edge, server, _ = network(lab, ("2001:db8:e1::", "2001:db8:e2::"), vip, "drop", "")
        tls_and_clear(lab, server, "7s")
        with Capture(edge, "eth1", path):
            codes = visits(client, [f"http{'s' * (number % 2)}://[{vip}]/" for number in range(10)],
                           0.2, 9)
        assert codes == [0] * 10, codes
