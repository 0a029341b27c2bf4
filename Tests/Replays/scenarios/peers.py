"""Connections that live long: leaked, left by a dead peer, forgotten, closed too soon."""

import socket
import time

from kit import clients, relay, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

LEAK = "client-library/close-wait-leak"
CRASH = "timeouts-retries/half-open-after-peer-crash"
IDLE = "middlebox/idle-timeout-silent-drop"
RACE = "http/keepalive-timeout-race"
ROUTED = "client 10.15.1.21 - router - server 10.15.2.10"


def routed(lab):
    """Client, router, server."""
    client, router, server = lab.host("client"), lab.host("router").router(), lab.host("server")
    lab.link(client, "eth0", "10.15.1.21/24", router, "eth0", "10.15.1.1/24")
    lab.link(router, "eth1", "10.15.2.1/24", server, "eth0", "10.15.2.10/24")
    client.ip("route add default via 10.15.1.1")
    server.ip("route add default via 10.15.2.1")
    return client, router, server


def page_server(host, keepalive):
    """nginx in clear with this keep-alive time."""
    services.nginx(host, f"keepalive_timeout {keepalive}; server {{ listen 80; "
                         "location / { return 200 'ok'; } }", 80)


def leaking_client(address, number, seconds):
    """Keep-alive connections that are used once and never looked at again."""
    kept = []
    for _ in range(number):
        link = clients.connect(address)
        clients.http_exchange(link)
        kept.append(link)
        time.sleep(0.3)
    time.sleep(seconds)


@scenario(
    "close-wait-leak",
    [Replay(LEAK, "five-never-closed.pcap", "likely",
            "A program keeps five connections to nginx (keepalive_timeout 2 s) and never looks at "
            "them again. nginx closes each after 2 s; the FIN is acknowledged by the client's "
            "kernel and the client sends no FIN for more than 60 s. curl's connections to the same "
            "server close at once on both sides.",
            "capture.tcp.peer-never-closes",
            (("ip.src == 10.15.2.10 && tcp.flags.fin == 1", 9, 14),
             ("ip.src == 10.15.1.21 && tcp.flags.fin == 1", 5, 5)))],
    "nginx; a Python client; curl; tcpdump", ROUTED, 95)
def close_wait_leak(path):
    """See the README entry."""
    with Lab("leak") as lab:
        client, _, server = routed(lab)
        page_server(server, "2s")
        with Capture(server, "eth0", path):
            client.start(leaking_client, ("10.15.2.10", 80), 5, 120)
            for _ in range(5):
                client.curl("http://10.15.2.10/")
                time.sleep(17)


def long_connection(address, pauses):
    """Requests on one connection with pauses between; ends when the peer is gone."""
    with clients.connect(address, 45) as link:
        try:
            for pause in pauses:
                clients.http_exchange(link)
                time.sleep(pause)
            clients.http_exchange(link)
        except OSError:
            pass


@scenario(
    "peer-crash",
    [Replay(CRASH, "server-vanished.pcap", "likely",
            "Requests pass on three kept connections. Then the server's cable is pulled: no FIN, "
            "no RST. The next request of each is repeated after 0.2, 0.4, 0.8, 1.6, 3.2, 6.4 and "
            "12.8 s and nothing comes back. New connections to it stay unanswered too; another "
            "server answers all the time.",
            "capture.tcp.backoff-unanswered-long capture.tcp.syn-unanswered",
            (("tcp.analysis.retransmission && ip.dst == 10.15.2.10 && tcp.len > 0", 18, 30),
             ("ip.src == 10.15.3.10 && http.response.code == 200", 8, 8)))],
    "nginx; Python clients; curl; `ip link set eth0 down` on the server; tcpdump on the client",
    ROUTED + " and a second server 10.15.3.10", 45)
def peer_crash(path):
    """See the README entry."""
    with Lab("crash") as lab:
        client, router, server = routed(lab)
        other = lab.host("other")
        lab.link(router, "eth2", "10.15.3.1/24", other, "eth0", "10.15.3.10/24")
        other.ip("route add default via 10.15.3.1")
        page_server(server, "300s")
        page_server(other, "300s")
        with Capture(client, "eth0", path):
            tasks = [client.start(long_connection, ("10.15.2.10", 80), (0.5, 0.5, 3 + extra))
                     for extra in (0, 0.4, 0.9)]
            client.curl("http://10.15.2.10/")
            time.sleep(2)
            mac = server.sh("cat /sys/class/net/eth0/address").strip()
            router.ip(f"neigh replace 10.15.2.10 lladdr {mac} dev eth1 nud permanent")
            server.ip("link set eth0 down")
            tasks.append(client.spawn("curl", "-s", "-m", "9", "http://10.15.2.10/"))
            for _ in range(8):
                client.curl("http://10.15.3.10/")
                time.sleep(4)


def idle_drop(path, verdict):
    """Two connections that rest for 64 s while the firewall forgets them after 20 s."""
    with Lab("idle") as lab:
        client, router, server = routed(lab)
        page_server(server, "300s")
        router.filter(f"ct state invalid {verdict}", "ct state established accept",
                      "tcp flags & (syn|ack) == syn accept", verdict)
        router.sysctl(netfilter__nf_conntrack_tcp_loose=0,
                      netfilter__nf_conntrack_tcp_timeout_established=20)
        with Capture(client, "eth0", path):
            tasks = [client.start(long_connection, ("10.15.2.10", 80), (1, 64)) for _ in range(2)]
            tasks.append(client.start(long_connection, ("10.15.2.10", 80), (9,) * 8))
            time.sleep(80)


@scenario(
    "idle-drop",
    [Replay(IDLE, "forgotten-after-20s.pcap", "likely",
            "A firewall forgets flows that rest for 20 s. Two kept connections are used, rest "
            "64 s, "
            "and the next request is repeated again and again with no packet back. A third that is "
            "used every 9 s works to the end.",
            "capture.tcp.first-data-after-idle-lost capture.tcp.only-idle-connections-die",
            (("tcp.analysis.retransmission", 10, 20), ("http.response.code == 200", 13, 13)))],
    "nftables connection tracking (nf_conntrack_tcp_timeout_established=20, loose=0, invalid "
    "dropped); nginx; Python clients; tcpdump on the client", ROUTED, 90)
def idle_drop_silent(path):
    """See the README entry."""
    idle_drop(path, "drop")


@scenario(
    "idle-reset",
    [Replay(IDLE, "forgotten-and-reset.pcap", "likely",
            "The same firewall, but it answers unknown packets with a RST: the first request after "
            "64 s of rest is reset at once. The RST has TTL 64, the server's packets 63.",
            "capture.tcp.first-data-after-idle-reset capture.tcp.only-idle-connections-die",
            (("tcp.flags.reset == 1 && ip.ttl == 64 && ip.src == 10.15.2.10", 2, 2),
             ("http.response.code == 200", 13, 13)))],
    "as forgotten-after-20s, with `reject with tcp reset`", ROUTED, 90)
def idle_drop_reset(path):
    """See the README entry."""
    idle_drop(path, "reject with tcp reset")


def racing_client(address, pauses):
    """One connection a pause: a request, the pause, a second request on the same connection."""
    for pause in pauses:
        with clients.connect(address) as link:
            try:
                clients.http_exchange(link)
                begin = time.monotonic()
                time.sleep(max(0.0, begin + pause - time.monotonic()))
                clients.http_exchange(link)
            except OSError:
                pass


@scenario(
    "keepalive-race",
    [Replay(RACE, "request-crosses-fin.pcap", "likely",
            "Round trip 80 ms, nginx with keepalive_timeout 2 s. Connections reused after 1 s "
            "work. Those reused after 1.96 s meet the close: the request leaves before the "
            "server's FIN has arrived, crosses it, and is answered by a RST.",
            "capture.http.request-crosses-fin capture.tcp.reset-after-own-fin-data",
            (("http.request", 14, 14), ("http.response.code == 200", 9, 11),
             ("ip.src == 10.16.1.10 && tcp.flags.reset == 1", 4, 9)))],
    "nginx; a Python client; a relay in user space that takes 40 ms each way; tcpdump on the "
    "client", "client 10.16.1.21 - relay - server 10.16.1.10", 25)
def keepalive_race(path):
    """See the README entry."""
    with Lab("race") as lab:
        client, wire, server = (lab.host(name) for name in ("client", "wire", "server"))
        lab.link(client, "eth0", "10.16.1.21/24", wire, "eth0", None)
        lab.link(wire, "eth1", None, server, "eth0", "10.16.1.10/24")
        page_server(server, "2s")
        wire.start(relay.delay, ("eth0", "eth1"), 0.04)
        time.sleep(0.5)
        with Capture(client, "eth0", path):
            client.call(racing_client, ("10.16.1.10", 80), (1, 1.96, 1, 1.96, 1.96, 1, 1.96))
