"""Cancelled requests and the device that bans for them."""

import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

CASE = "middlebox/client-rst-on-cancel-triggers-ip-block"
WEB = ("10.13.2.80", 80)
TOPOLOGY = ("clients 10.13.1.10 and 10.13.1.11 on one switch - router (nftables) - server "
            "10.13.2.80")
SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"
CLIENT_RST = "ip.src == 10.13.1.10 && tcp.flags.reset == 1"
CANCELLED = "capture.tcp.reset-by-client capture.tcp.cancel-at-fixed-delay "
# Five RSTs of one source within a minute, then everything of it is dropped or sent elsewhere.
WATCH = """table ip ips {
  set resets { type ipv4_addr; flags dynamic; timeout 60s; }
  set banned { type ipv4_addr; flags dynamic; timeout 5m; }
  chain watch {
    type filter hook forward priority 0;
    %s
    ip saddr 10.13.1.0/24 tcp flags & rst == rst \\
      update @resets { ip saddr limit rate over 5/minute burst 5 packets } \\
      add @banned { ip saddr }
  }
  %s
}
"""
BLOCK_PAGE = """chain page { type nat hook prerouting priority -100;
    ip saddr @banned tcp dport 80 redirect to :8081; }"""


def network(lab):
    """Two clients, the router with its filter, the server with a threaded web server."""
    one, two, server = (lab.host(name) for name in ("one", "two", "server"))
    router = lab.host("router").router()
    lab.lan("switch", [(one, "eth0", "10.13.1.10/24"), (two, "eth0", "10.13.1.11/24"),
                       (router, "eth0", "10.13.1.1/24")])
    lab.link(router, "eth1", "10.13.2.1/24", server, "eth0", "10.13.2.80/24")
    for host, gateway in ((one, "10.13.1.1"), (two, "10.13.1.1"), (server, "10.13.2.1")):
        host.ip(f"route add default via {gateway}")
    return one, two, router, server


def web(server):
    """The threaded web server of `kit.servers`."""
    server.start(servers.serve_http, WEB)
    server.listening(WEB[1])


def curls(host, path, number, apart, *options):
    """curl one after the other, not waited for."""
    running = []
    for _ in range(number):
        running.append(host.spawn("curl", "-s", "-o", "/dev/null", *options,
                                  f"http://{WEB[0]}{path}"))
        time.sleep(apart)
    return running


def ended(running):
    """Wait for these programs."""
    for process in running:
        process.wait(30)


def ban(lab, captures, rules, cancel):
    """Normal requests of both clients, cancelled ones of the first, then both try again."""
    one, two, router, server = network(lab)
    web(server)
    router.nft(rules)
    if "redirect" in rules:
        services.nginx(router, "server { listen 8081; location / { return 403 '<html><title>"
                       "Blocked</title>Access Administratively Blocked</html>'; } }", 8081)
    places = {"lan": (router, "eth0"), "one": (one, "eth0")}
    begun = [Capture(*places[place], path).begin() for place, path in captures]
    ended(curls(one, "/fast", 3, 0.3) + curls(two, "/fast", 2, 0.3))
    cancel(one)
    time.sleep(1.2)
    waiting = curls(one, "/fast", 2, 0.5, "-m", "6")
    ended(curls(two, "/fast", 4, 0.5) + waiting)
    for capture in begun:
        capture.end()


def cancel_by_curl(host):
    """curl -m 0.3 against answers that take 1 s."""
    ended(curls(host, "/slow/1", 7, 0.45, "-m", "0.3"))


def _linger_zero(address, wait):
    link = clients.connect(address)
    link.sendall(b"GET /slow/1 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n")
    time.sleep(wait)
    clients.abort(link)


def cancel_by_linger(host):
    """A client library that resets at once, as some do with linger 0."""
    for _ in range(7):
        host.call(_linger_zero, WEB, 0.3)
        time.sleep(0.2)


@scenario(
    "cancel-banned",
    [Replay(CASE, "banned-after-cancels.pcap", "confirmed",
            "Captured on the router's port to the clients. 10.13.1.10 cancels seven requests "
            "300 ms "
            "after asking (FIN, and a RST when the late answer comes); after six RSTs every packet "
            "of that address is dropped: its SYNs are repeated and unanswered. 10.13.1.11 is "
            "served all the time, the first address was served before.",
            CANCELLED + "capture.tcp.source-blocked-after-resets capture.tcp.syn-unanswered",
            ((CLIENT_RST, 6, 20), (f"{SYN} && ip.src == 10.13.1.10", 15, 30),
             ("http.response.code == 200 && ip.dst == 10.13.1.11", 6, 6),
             ("http.response.code == 200 && ip.dst == 10.13.1.10", 3, 12))),
     Replay(CASE, "banned-client-view.pcapng", "likely",
            "The same, captured on the banned client: that others are served is not in the file.",
            CANCELLED + "capture.tcp.source-blocked-after-resets capture.tcp.syn-unanswered",
            ((CLIENT_RST, 6, 20), ("ip.addr == 10.13.1.11", 0, 0)))],
    "curl -m 0.3; a Python web server that answers after 1 s; nftables with a dynamic set that "
    "counts RSTs a source; tcpdump and dumpcap", TOPOLOGY, 22)
def cancel_banned(lan_path, own_path):
    """See the README entry."""
    with Lab("ban") as lab:
        ban(lab, (("lan", lan_path), ("one", own_path)), WATCH % ("ip saddr @banned drop", ""),
            cancel_by_curl)


@scenario(
    "cancel-banned-linger",
    [Replay(CASE, "banned-after-linger-zero.pcap", "confirmed",
            "The client resets at once, 300 ms after each request (RST+ACK, no FIN, as linger 0 "
            "and some platforms do). After the sixth its SYNs stay unanswered; the second client "
            "is served.",
            CANCELLED + "capture.tcp.source-blocked-after-resets capture.tcp.syn-unanswered",
            ((CLIENT_RST, 6, 7), ("http.response.code == 200 && ip.dst == 10.13.1.11", 6, 6)))],
    "a Python client with SO_LINGER 0; otherwise as banned-after-cancels", TOPOLOGY, 22)
def cancel_banned_linger(path):
    """See the README entry."""
    with Lab("linger") as lab:
        ban(lab, (("lan", path),), WATCH % ("ip saddr @banned drop", ""), cancel_by_linger)


@scenario(
    "cancel-block-page",
    [Replay(CASE, "block-page-after-cancels.pcap", "confirmed",
            "As banned-after-cancels, but the device answers in the server's name: 403 with "
            "\"Access Administratively Blocked\", another Server header, TTL 64 where the server's "
            "packets have 63. The second client still gets its pages.",
            CANCELLED + "capture.tcp.source-blocked-after-resets capture.http.block-page",
            ((CLIENT_RST, 6, 20), ("http.response.code == 403 && ip.dst == 10.13.1.10", 2, 3),
             ("http.response.code == 403 && ip.ttl == 64", 2, 3),
             ("http.response.code == 200 && ip.dst == 10.13.1.11", 6, 6)))],
    "as banned-after-cancels; nftables redirect of banned sources to nginx on the router",
    TOPOLOGY, 18)
def cancel_block_page(path):
    """See the README entry."""
    with Lab("page") as lab:
        ban(lab, (("lan", path),), WATCH % ("", BLOCK_PAGE), cancel_by_curl)


@scenario(
    "cancel-without-ban",
    [Replay("", "cancel-without-ban.pcap", "",
            "Eight requests cancelled 300 ms after asking, seven of them with a RST at the late "
            "answer, and nothing happens: the requests before and after are answered. "
            "Cancelling is "
            "ordinary; no case may be confirmed.",
            CANCELLED.strip(),
            ((CLIENT_RST, 8, 12), (f"{SYN} && ip.src == 10.13.1.10", 14, 14)))],
    "curl -m 0.3; a Python web server; tcpdump", TOPOLOGY)
def cancel_without_ban(path):
    """See the README entry."""
    with Lab("noban") as lab:
        one, two, router, server = network(lab)
        web(server)
        with Capture(router, "eth0", path):
            ended(curls(one, "/fast", 3, 0.3) + curls(two, "/fast", 2, 0.3))
            ended(curls(one, "/slow/0.7", 8, 0.45, "-m", "0.3"))
            time.sleep(1)
            ended(curls(one, "/fast", 3, 0.3))
