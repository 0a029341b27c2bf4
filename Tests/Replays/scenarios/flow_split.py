"""One flow's packets sent to two balancers, and a middlebox that acknowledges for the server."""

import time

from kit import ackproxy, relay, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

CASE = "load-balancing/flow-split-across-load-balancers-by-hash"
PROXY = "middlebox/transparent-proxy-acks-for-server"
VIP = "10.50.9.80"
TOPOLOGY = (f"client 10.50.1.10 - router - [acknowledging proxy -] carrier with two line cards - "
            f"switch - two balancers (direct return, flow tables of their own) - server {VIP}; the "
            "carrier sends the data of each third flow by its second card, the switch picks the "
            "balancer by source MAC, the second balancer knows no such flow")
MADE = ("nftables and policy routes as carrier, switch and balancers; nginx "
        "(client_header_timeout 4s); curl; tcpdump")
HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"
TO_SERVER = f"ip.dst == {VIP}"
LOST = "capture.tcp.data-unacked-from-start capture.tcp.retransmit-one-way"
FLOW_TABLE = """table ip balancer {
  set flows { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 5m; }
  chain forward {
    type filter hook forward priority 0;
    tcp flags & (syn|ack) == syn add @flows { ip saddr . tcp sport } accept
    ip saddr . tcp sport @flows accept
    %s
  }
}
"""
CARDS = """table ip carrier {
  set second { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 5m; }
  chain cards {
    type filter hook prerouting priority -150;
    iifname eth0 tcp flags & (syn|ack) == syn numgen inc mod 3 == 2 \\
      add @second { ip saddr . tcp sport }
    iifname eth0 tcp flags & psh == psh ip saddr . tcp sport @second meta mark set 2
  }
}
"""


def quiet(host):
    """One answer to each ARP question, from the interface that owns the address."""
    host.router()
    host.sysctl(ipv4__conf__all__arp_ignore=1, ipv4__conf__all__arp_announce=2)
    return host


def network(lab, unknown="drop", proxy=None, choose="card", monitor=None):
    """Everything of `TOPOLOGY`; returns client, switch and server.

    `choose` is how the switch picks a balancer: by "card" (the fault) or by "flow". A `monitor`
    host is a mirror port: its segment floods every frame to it.
    """
    client, server = lab.host("client"), quiet(lab.host("server"))
    router, carrier, switch = (quiet(lab.host(name)) for name in ("router", "carrier", "switch"))
    one, two = (quiet(lab.host(name)) for name in ("lb1", "lb2"))
    lab.link(client, "eth0", "10.50.1.10/24", router, "eth0", "10.50.1.1/24")
    if proxy:
        box = lab.host("proxy")
        lab.link(router, "eth1", "10.50.2.1/30", box, "eth0", None)
        lab.link(box, "eth1", None, carrier, "eth0", "10.50.2.2/30")
        box.start(relay.relay, ("eth0", "eth1"), proxy)
    else:
        lab.link(router, "eth1", "10.50.2.1/30", carrier, "eth0", "10.50.2.2/30")
    lab.lan("seg1", [(carrier, "cardA", "10.50.3.1/24"), (carrier, "cardB", "10.50.3.2/24"),
                     (switch, "eth0", "10.50.3.254/24")])
    segment = lab.lan("seg2", [(switch, "eth1", "10.50.4.254/24"), (one, "eth0", "10.50.4.11/24"),
                               (two, "eth0", "10.50.4.12/24"), (server, "eth0", "10.50.4.30/24"),
                               *([(monitor, "eth0", None)] if monitor else [])])
    segment.ip(f"link set br0 type bridge ageing_time {0 if monitor else 30000}")
    client.ip("route add default via 10.50.1.1")
    router.ip("route add default via 10.50.2.2")
    carrier.ip("route add 10.50.1.0/24 via 10.50.2.1")
    carrier.ip("route add default via 10.50.3.254 dev cardA")
    carrier.ip("route add default via 10.50.3.254 dev cardB table 2")
    switch.ip("route add 10.50.1.0/24 via 10.50.3.1")
    switch.ip(f"route add {VIP} via 10.50.4.11")
    switch.ip(f"route add {VIP} via 10.50.4.12 table 2")
    for host in (carrier, switch):
        host.ip("rule add fwmark 2 table 2")
    for balancer in (one, two):
        balancer.ip(f"route add {VIP} via 10.50.4.30")
        balancer.ip("route add default via 10.50.4.254")
        balancer.nft(FLOW_TABLE % unknown)
    server.ip(f"addr add {VIP}/32 dev lo")
    server.ip("route add default via 10.50.4.254")
    if choose == "flow":
        switch.filter("iifname eth0 meta mark set jhash tcp sport mod 2 seed 0x5 offset 1",
                      hook="prerouting")
        return client, switch, server
    carrier.nft(CARDS)
    card = carrier.sh("cat /sys/class/net/cardB/address").strip()
    switch.filter(f"iifname eth0 ether saddr {card} meta mark set 2", hook="prerouting")
    return client, switch, server


def visit(lab, client, server, places, tls=9, plain=3):
    """TLS and clear requests one after the other while the places are captured."""
    pair = services.certificate(lab)
    services.nginx(server, "client_header_timeout 4s; server { listen 443 ssl; listen 80; "
                   f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; "
                   "location / { return 200 'ok'; } }", 443)
    begun = [Capture(host, interface, path).begin() for host, interface, path in places]
    running = []
    for number in range(tls + plain):
        scheme = "http" if number % 4 == 3 and number // 4 < plain else "https"
        running.append(client.spawn("curl", "-sk", "-o", "/dev/null", "-m", "9",
                                    f"{scheme}://{VIP}/"))
        time.sleep(0.25)
    codes = [process.wait(20) for process in running]
    for capture in begun:
        capture.end()
    return codes


@scenario(
    "flow-split",
    [Replay(CASE, "switch-server-side.pcap", "confirmed",
            "Captured on the switch's port to the balancers. Each third flow: SYN and ACK go to "
            "the first balancer's MAC, the data (and every repeat of it) from the same sender to "
            "the second balancer's MAC, never acknowledged; after 4 s the server closes, having "
            "sent nothing. The other flows use one MAC throughout and work.",
            "capture.tcp.sender-uses-two-next-hops capture.tcp.loss-follows-next-hop "
            "capture.tcp.flow-changes-mac capture.tcp.server-fin-without-data " + LOST,
            ((f"tcp.flags.syn == 1 && {TO_SERVER}", 12, 12), (SERVER_HELLO, 6, 6))),
     Replay(CASE, "switch-carrier-side.pcap", "likely",
            "The same on the switch's port to the carrier: inside each third flow the source MAC "
            "changes between the carrier's cards. That is a hint; harmless by itself.",
            "capture.tcp.flow-changes-mac capture.tcp.server-fin-without-data " + LOST,
            ((f"tcp.flags.syn == 1 && {TO_SERVER}", 12, 12), (SERVER_HELLO, 6, 6))),
     Replay(CASE, "client-side.pcap", "not-enough-evidence",
            "The same on the client: of each third flow the first data is repeated and never "
            "acknowledged, until the server's FIN with relative sequence 1 at 4 s. One link of a "
            "bundle that loses all data would look alike.",
            "capture.tcp.server-fin-without-data " + LOST,
            ((f"tcp.flags.syn == 1 && {TO_SERVER}", 12, 12), (SERVER_HELLO, 6, 6))),
     Replay(CASE, "server-side.pcap", "not-enough-evidence",
            "The same on the server: handshakes without a byte of data, ended by the server's own "
            "FIN after 4 s; as many ServerHellos as ClientHellos, which proves nothing.",
            "capture.tcp.server-fin-without-data capture.tls.client-hello-never-sent "
            "capture.tcp.silent-open",
            ((HELLO, 6, 6), (SERVER_HELLO, 6, 6)))],
    MADE, TOPOLOGY, 20)
def flow_split(switch_path, carrier_path, client_path, server_path):
    """See the README entry."""
    with Lab("split") as lab:
        client, switch, server = network(lab)
        codes = visit(lab, client, server, (
            (switch, "eth1", switch_path), (switch, "eth0", carrier_path),
            (client, "eth0", client_path), (server, "eth0", server_path)))
        assert codes.count(0) == 8, codes


@scenario(
    "flow-split-reset",
    [Replay(CASE, "switch-second-balancer-resets.pcapng", "confirmed",
            "As switch-server-side, but the second balancer answers unknown packets with a RST: "
            "the first data of each third flow goes to its MAC and is reset within a millisecond.",
            "capture.tcp.sender-uses-two-next-hops capture.tcp.flow-changes-mac "
            "capture.tcp.reset-by-server-after-request",
            ((f"tcp.flags.reset == 1 && ip.src == {VIP}", 4, 12), (SERVER_HELLO, 6, 6)))],
    MADE.replace("tcpdump", "dumpcap"), TOPOLOGY + " and rejects it")
def flow_split_reset(path):
    """See the README entry."""
    with Lab("splitreset") as lab:
        client, switch, server = network(lab, "ip protocol tcp reject with tcp reset")
        codes = visit(lab, client, server, ((switch, "eth1", path),))
        assert codes.count(0) == 8, codes


@scenario(
    "flow-split-ack-proxy",
    [Replay(CASE, "client-behind-ack-proxy.pcap", "likely",
            "Captured on the client; a box on the way acknowledges its data (TTL 253) before the "
            "server does (TTL 61). Good flows have each ClientHello acknowledged twice. In each "
            "third flow only the box acknowledges; 4 s later comes the server's FIN with relative "
            "sequence 1 and acknowledgement 1, after 518 had been acknowledged: the number goes "
            "backwards.",
            "capture.tcp.ack-goes-backwards capture.tcp.ttl-shift "
            "capture.tls.client-hello-acked-unanswered capture.tcp.server-fin-without-data",
            ((f"ip.src == {VIP} && ip.ttl == 253", 12, 60), (SERVER_HELLO, 6, 6), (HELLO, 9, 9))),
     Replay(CASE, "switch-behind-ack-proxy.pcap", "confirmed",
            "The same at the switch's port to the balancers: the box repeats the data of each "
            "third "
            "flow, all copies go to the second balancer's MAC.",
            "capture.tcp.sender-uses-two-next-hops capture.tcp.loss-follows-next-hop "
            "capture.tcp.flow-changes-mac capture.tcp.server-fin-without-data",
            ((f"tcp.flags.syn == 1 && {TO_SERVER}", 12, 12), (SERVER_HELLO, 6, 6)))],
    MADE + "; the proxy is `Tests/Replays/kit/ackproxy.py` (raw sockets, frames of its own)",
    TOPOLOGY, 20)
def flow_split_ack_proxy(client_path, switch_path):
    """See the README entry."""
    with Lab("splitproxy") as lab:
        client, switch, server = network(lab, proxy=ackproxy.AckProxy())
        time.sleep(0.5)
        codes = visit(lab, client, server, ((client, "eth0", client_path),
                                            (switch, "eth1", switch_path)))
        assert codes.count(0) == 8, codes


@scenario(
    "ack-proxy-loses",
    [Replay(PROXY, "acknowledged-and-lost.pcap", "likely",
            "No balancers: a box between client and server acknowledges the client's data (TTL "
            "254, "
            "the server's packets have 64) and loses the data of each third flow. On the client: "
            "ClientHello acknowledged, no answer, and the server's FIN with sequence 1, "
            "acknowledgement 1 after 4 s. From here a flow split behind such a box looks the same.",
            "capture.tcp.ttl-shift capture.tcp.ack-goes-backwards "
            "capture.tls.client-hello-acked-unanswered capture.tcp.server-fin-without-data",
            ((SERVER_HELLO, 6, 6), (f"ip.src == {VIP} && ip.ttl == 254", 12, 60)))],
    "nginx; curl; `Tests/Replays/kit/ackproxy.py` with lose_every=3; tcpdump",
    f"client 10.50.9.10 - box - server {VIP}", 20)
def ack_proxy_loses(path):
    """See the README entry."""
    with Lab("loses") as lab:
        client, box, server = (lab.host(name) for name in ("client", "box", "server"))
        lab.link(client, "eth0", "10.50.9.10/24", box, "eth0", None)
        lab.link(box, "eth1", None, server, "eth0", f"{VIP}/24")
        box.start(relay.relay, ("eth0", "eth1"), ackproxy.AckProxy(lose_every=3))
        time.sleep(0.5)
        codes = visit(lab, client, server, ((client, "eth0", path),))
        assert codes.count(0) == 8, codes


@scenario(
    "transparent-haproxy",
    [Replay(PROXY, "intercepting-haproxy.pcap", "likely",
            "A router takes connections to port 443 to its own HAProxy (one hop away: TTL 64) "
            "and HAProxy's onward connections are dropped for a while: the ClientHellos of four "
            "clients are acknowledged and unanswered, until HAProxy gives up and closes after 3 s, "
            "having sent nothing. Port 80 goes straight to the server, whose "
            "packets have TTL 62; before and after, port 443 works, still with TTL 64.",
            "capture.tls.client-hello-acked-unanswered capture.tcp.server-fin-without-data",
            ((HELLO, 8, 8), (SERVER_HELLO, 4, 4), ("tcp.srcport == 443 && ip.ttl == 64", 20, 300),
             ("tcp.srcport == 80 && ip.ttl == 62", 6, 99)))],
    "nftables redirect to haproxy (mode tcp); nginx; curl; tcpdump",
    "client 10.51.1.10 - router with haproxy - router - server 10.51.2.80", 20)
def transparent_haproxy(path):
    """See the README entry."""
    with Lab("tproxy") as lab:
        client, server = lab.host("client"), lab.host("server")
        near, far = lab.host("near").router(), lab.host("far").router()
        lab.link(client, "eth0", "10.51.1.10/24", near, "eth0", "10.51.1.1/24")
        lab.link(near, "eth1", "10.51.3.1/30", far, "eth0", "10.51.3.2/30")
        lab.link(far, "eth1", "10.51.2.1/24", server, "eth0", "10.51.2.80/24")
        client.ip("route add default via 10.51.1.1")
        near.ip("route add default via 10.51.3.2")
        far.ip("route add 10.51.1.0/24 via 10.51.3.1")
        server.ip("route add default via 10.51.2.1")
        pair = services.certificate(lab)
        services.nginx(server, "server { listen 443 ssl; listen 80; "
                       f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; "
                       "location / { return 200 'ok'; } }", 443)
        services.haproxy(near, "listen tls\n  mode tcp\n  bind :3129\n  retries 0\n"
                         "  timeout connect 3s\n  server s 10.51.2.80:443\n", 3129)
        near.nft("table ip take {\nchain c {\ntype nat hook prerouting priority -100;\n"
                 "iifname eth0 tcp dport 443 redirect to :3129\n}\n}\n")
        page = ("-sk", "-o", "/dev/null", "-m")
        with Capture(client, "eth0", path):
            for _ in range(2):
                client.curl("https://10.51.2.80/")
                client.curl("http://10.51.2.80/")
            far.filter("tcp dport 443 drop")
            for process in [client.spawn("curl", *page, "5", "https://10.51.2.80/")
                            for _ in range(4)]:
                process.wait(20)
            client.curl("http://10.51.2.80/")
            far.nft("flush ruleset")
            for _ in range(2):
                client.curl("https://10.51.2.80/")
