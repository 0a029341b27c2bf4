"""Faults of the path: one bad link, two ways through firewalls, a small MTU, random loss."""

import time

from kit import servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

BUNDLE = "middlebox/one-bad-link-in-bundle"
ASYMMETRIC = "middlebox/asymmetric-path-through-stateful-firewall"
MTU = "tcp/pmtu-blackhole"
SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"
REPEAT = "tcp.analysis.retransmission && tcp.len > 0"


def curl(host, url, limit, *options):
    """curl with a deadline, not waited for."""
    return host.spawn("curl", "-sk", "-o", "/dev/null", "-m", limit, *options, url)


def two_routers(lab, network=20):
    """Client - near - far - server; the link between the routers is the caller's."""
    client, server = lab.host("client"), lab.host("server")
    near, far = lab.host("near").router(), lab.host("far").router()
    lab.link(client, "eth0", f"10.{network}.1.10/24", near, "eth0", f"10.{network}.1.1/24")
    lab.link(far, "eth0", f"10.{network}.2.1/24", server, "eth0", f"10.{network}.2.80/24")
    client.ip(f"route add default via 10.{network}.1.1")
    server.ip(f"route add default via 10.{network}.2.1")
    return client, near, far, server


@scenario(
    "bad-link",
    [Replay(BUNDLE, "half-of-the-flows-lose.pcap", "likely",
            "Two links between two routers, chosen by a hash of the source port; one loses half of "
            "the frames above 200 bytes that it carries towards the server, as bit errors do "
            "(short frames mostly survive them). Many uploads repeat segments, always in the same "
            "direction; those on the other link lose nothing. All finish. Every packet keeps its "
            "MAC addresses.",
            "capture.tcp.retransmit-one-way capture.tcp.timeout-retransmits",
            ((SYN, 16, 16), (f"{REPEAT} && ip.src == 10.20.1.10", 5, 80),
             ("tcp.analysis.retransmission && ip.src == 10.20.2.80", 0, 0),
             ("http.response.code == 200", 14, 16)))],
    "nftables (`jhash` for the link, `numgen random` for the loss); a Python web server; curl "
    "uploads of 700 bytes; tcpdump on the client",
    "client 10.20.1.10 - router = two links = router - server 10.20.2.80", 35)
def bad_link(path):
    """See the README entry."""
    with Lab("bundle") as lab:
        client, near, far, server = two_routers(lab)
        for number in (1, 2):
            lab.link(near, f"link{number}", f"10.20.{10 + number}.1/30",
                     far, f"link{number}", f"10.20.{10 + number}.2/30")
        near.ip("route add 10.20.2.0/24 via 10.20.11.2")
        near.ip("route add 10.20.2.0/24 via 10.20.12.2 table 2")
        near.ip("rule add fwmark 2 table 2")
        far.ip("route add 10.20.1.0/24 via 10.20.11.1")
        near.filter("iifname eth0 meta mark set jhash tcp sport mod 2 seed 0x7 offset 1",
                    hook="prerouting")
        far.filter("iifname link2 meta length > 200 numgen random mod 100 < 50 drop")
        server.start(servers.serve_http, ("10.20.2.80", 80))
        server.listening(80)
        upload = lab.write("upload", "x" * 700)
        with Capture(client, "eth0", path):
            running = []
            for port in range(43000, 43016):  # fixed, so that the hash picks the same flows
                running.append(curl(client, "http://10.20.2.80/", 25, "-H", "Expect:",
                                    "--local-port", port, "--data-binary", f"@{upload}"))
                time.sleep(0.2)
            for process in running:
                process.wait(40)


def lossy_path(lab, network, drops):
    """A web server behind two routers, of which the far one loses what the rule says; the client."""
    client, near, far, server = two_routers(lab, network)
    lab.link(near, "eth1", f"10.{network}.3.1/30", far, "eth1", f"10.{network}.3.2/30")
    near.ip(f"route add default via 10.{network}.3.2")
    far.ip(f"route add default via 10.{network}.3.1")
    far.filter(drops)
    server.start(servers.serve_http, (f"10.{network}.2.80", 80))
    server.listening(80)
    return client


@scenario(
    "random-loss",
    [Replay("", "network-random-loss.pcap", "",
            "A path that loses 20 % of all packets in both directions, whatever they are: SYNs, "
            "data and answers are repeated on both sides; nearly all requests finish. A fault of "
            "the network that belongs to no case here.",
            "capture.tcp.loss-both-directions capture.tcp.syn-retransmitted-then-ok "
            "capture.tcp.timeout-retransmits",
            (("tcp.analysis.retransmission && ip.src == 10.21.1.10", 8, 200),
             ("tcp.analysis.retransmission && ip.src == 10.21.2.80", 3, 200),
             ("tcp.flags.fin == 1 && ip.src == 10.21.1.10", 6, 60)))],
    "nftables (`numgen random mod 100 < 20 drop` on a router); a Python web server; curl; tcpdump "
    "with a snap length of 200 bytes",
    "client 10.21.1.10 - two routers - server 10.21.2.80", 35)
def random_loss(path):
    """See the README entry."""
    with Lab("loss") as lab:
        client = lossy_path(lab, 21, "numgen random mod 100 < 20 drop")
        upload = lab.write("upload", "x" * 30_000)
        with Capture(client, "eth0", path, snaplen=200):
            running = []
            for number in range(12):
                options = ("-H", "Expect:", "--data-binary", f"@{upload}") if number % 2 else ()
                running.append(curl(client, "http://10.21.2.80/size/20000", 25, *options))
                time.sleep(0.3)
            for process in running:
                process.wait(40)


@scenario(
    "loss-of-answers",
    [Replay("", "network-loss-of-answers.pcap", "",
            "A path that loses 30 % of what the server sends and nothing of what the client sends, "
            "captured at the client. The client repeats whole uploads whose acknowledgements were "
            "lost, and its capture shows no repeat of the server, only gaps that are filled later: "
            "by the repeats alone it would be the other direction that loses.",
            "capture.tcp.retransmit-one-way",
            ((f"{REPEAT} && ip.src == 10.24.1.10", 2, 200),
             ("tcp.analysis.lost_segment && ip.src == 10.24.2.80", 10, 400),
             ("tcp.options.sack_le && ip.src == 10.24.2.80", 1, 200)))],
    "nftables (`numgen random mod 100 < 30 drop` for one direction on a router); a Python web "
    "server; curl; tcpdump with a snap length of 128 bytes on the client",
    "client 10.24.1.10 - two routers - server 10.24.2.80", 35)
def loss_of_answers(path):
    """See the README entry."""
    with Lab("answers") as lab:
        client = lossy_path(lab, 24, "iifname eth0 numgen random mod 100 < 30 drop")
        upload = lab.write("upload", "x" * 1200)
        with Capture(client, "eth0", path, snaplen=128):
            running = []
            for number in range(36):
                options = ("-H", "Expect:", "--data-binary", f"@{upload}")
                what = "slow/1" if number % 4 else "size/30000"
                running.append(curl(client, f"http://10.24.2.80/{what}", 25, *options))
                time.sleep(0.1)
            for process in running:
                process.wait(40)


def asymmetric(lab, strict_return):
    """Requests go through one firewall, answers through another; a second server through one."""
    client, server, other = lab.host("client"), lab.host("server"), lab.host("other")
    one, two = lab.host("fw1").router(), lab.host("fw2").router()
    lab.lan("inside", [(client, "eth0", "10.22.1.10/24"), (one, "eth0", "10.22.1.1/24"),
                       (two, "eth0", "10.22.1.2/24")])
    lab.lan("outside", [(server, "eth0", "10.22.2.80/24"), (other, "eth0", "10.22.2.81/24"),
                        (one, "eth1", "10.22.2.1/24"), (two, "eth1", "10.22.2.2/24")])
    client.ip("route add default via 10.22.1.1")
    server.ip("route add default via 10.22.2.2")
    other.ip("route add default via 10.22.2.1")
    strict = ("ct state invalid drop", "ct state established accept",
              "iifname eth0 tcp flags & (syn|ack) == syn accept", "drop")
    one.filter(*strict)
    if strict_return:
        two.filter(*strict)
    for firewall in (one, two):
        firewall.sysctl(netfilter__nf_conntrack_tcp_loose=0)
    pair = services.certificate(lab)
    for host in (server, other):
        services.nginx(host, f"server {{ listen 443 ssl; ssl_certificate {pair[0]}; "
                       f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}", 443)
    return client, server, one


def ask_both(client):
    """Five tries at the server behind two firewalls, three at the one behind one."""
    running = []
    for number in range(5):
        running.append(curl(client, "https://10.22.2.80/", 6))
        if number % 2:
            running.append(curl(client, "https://10.22.2.81/", 6))
        time.sleep(0.4)
    for process in running:
        process.wait(20)


@scenario(
    "asymmetric",
    [Replay(ASYMMETRIC, "firewall-sees-one-direction.pcap", "likely",
            "Captured inside of the first firewall. Of the flows to 10.22.2.80 only the client's "
            "packets pass here: SYN, ACK, a ClientHello again and again; the answers go another "
            "way. Flows to 10.22.2.81 have both directions and work.",
            "capture.tcp.one-direction-only",
            ((f"{SYN} && ip.dst == 10.22.2.80", 5, 9), ("ip.src == 10.22.2.80", 0, 0),
             ("tls.handshake.type == 2", 2, 2))),
     Replay(ASYMMETRIC, "client-behind-two-firewalls.pcap", "likely",
            "The same on the client: the SYN/ACK of 10.22.2.80 comes back (another router's MAC), "
            "the client's ACK and ClientHello are dropped by the first firewall, which never saw a "
            "SYN/ACK: the hello is repeated unacknowledged, the server repeats its SYN/ACK.",
            "capture.tcp.data-unacked-from-start capture.tcp.synack-repeated-despite-ack",
            ((f"{SYN} && ip.dst == 10.22.2.80", 5, 9),
             ("tcp.flags.syn == 1 && tcp.flags.ack == 1 && ip.src == 10.22.2.80", 8, 40),
             ("tls.handshake.type == 2", 2, 2)))],
    "nftables connection tracking (loose=0, invalid dropped); nginx; curl; tcpdump",
    "client 10.22.1.10, two firewalls side by side, servers 10.22.2.80 (answers by the second "
    "firewall, which only routes) and 10.22.2.81 (answers by the first)", 18)
def asymmetric_open_return(firewall_path, client_path):
    """See the README entry."""
    with Lab("asym") as lab:
        client, _, one = asymmetric(lab, False)
        with Capture(one, "eth0", firewall_path, "tcp and not icmp"), \
                Capture(client, "eth0", client_path):
            ask_both(client)


@scenario(
    "asymmetric-strict",
    [Replay(ASYMMETRIC, "server-behind-two-strict-firewalls.pcapng", "likely",
            "Both firewalls are strict; captured on the server. Each SYN arrives and is answered, "
            "the SYN/ACK is dropped by the second firewall and never acknowledged; client and "
            "server repeat theirs.",
            "capture.tcp.synack-never-acked",
            (("tcp.flags.syn == 1 && tcp.flags.ack == 1", 15, 80), ("tcp.len > 0", 0, 0)))],
    "as firewall-sees-one-direction, both firewalls strict; dumpcap on the server",
    "as firewall-sees-one-direction", 18)
def asymmetric_strict(path):
    """See the README entry."""
    with Lab("strict") as lab:
        client, server, _ = asymmetric(lab, True)
        with Capture(server, "eth0", path):
            ask_both(client)


def small_middle(lab):
    """Both ends have MTU 1500, the link between the routers 1300, and ICMP is dropped."""
    client, near, far, server = two_routers(lab, 23)
    lab.link(near, "eth1", "10.23.3.1/30", far, "eth1", "10.23.3.2/30")
    near.ip("route add default via 10.23.3.2")
    far.ip("route add default via 10.23.3.1")
    for router in (near, far):
        router.ip("link set eth1 mtu 1300")
        router.filter("ip protocol icmp drop", hook="output")
    return client, server


@scenario(
    "mtu-hole",
    [Replay(MTU, "large-server-flight-server-side.pcap", "likely",
            "A link of MTU 1300 on the way, its ICMP dropped; captured on the server. Small pages "
            "pass. The TLS server's first flight begins with a full segment (1448 bytes) that is "
            "repeated and never acknowledged, while the rest of the flight is acknowledged "
            "selectively; a page of 4 kB stalls likewise.",
            "capture.tcp.large-lost-small-pass capture.tls.server-flight-lost",
            (("ip.src == 10.23.2.80 && tcp.len == 1448", 10, 200),
             ("http.response.code == 200 && ip.len < 1300", 3, 6))),
     Replay(MTU, "large-server-flight-client-side.pcap", "likely",
            "The same on the client: ClientHello acknowledged, then a short later part of the "
            "flight without its first segment (a gap, reported by SACK), nothing more.",
            "capture.tls.client-hello-acked-unanswered",
            (("ip.src == 10.23.2.80 && tcp.len == 1448", 0, 0),
             ("tcp.options.sack_le", 3, 60)))],
    "ip link mtu 1300; nftables (ICMP dropped); nginx with an RSA-4096 certificate; curl; tcpdump",
    "client 10.23.1.10 - two routers, MTU 1300 between - server 10.23.2.80", 20)
def mtu_hole(server_path, client_path):
    """See the README entry."""
    with Lab("mtu") as lab:
        client, server = small_middle(lab)
        lab.write("big", "x" * 4000)
        pair = services.certificate(lab, kind="rsa4096")
        services.nginx(server, "server { listen 443 ssl; listen 80; "
                       f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; location / {{ "
                       f"return 200 'ok'; }} location /big {{ root {lab.directory}; }} }}", 443)
        with Capture(server, "eth0", server_path), Capture(client, "eth0", client_path):
            running = []
            for _ in range(3):
                running.append(curl(client, "http://10.23.2.80/", 5))
                running.append(curl(client, "https://10.23.2.80/", 6))
                time.sleep(0.5)
            running.append(curl(client, "http://10.23.2.80/big", 6))
            for process in running:
                process.wait(20)


@scenario(
    "mtu-hole-upload",
    [Replay(MTU, "large-upload-client-side.pcap", "likely",
            "The same path, captured on a client that uploads 3 kB: its full segments (1448 bytes) "
            "are repeated unacknowledged, the short last one is acknowledged selectively; small "
            "requests pass.",
            "capture.tcp.large-lost-small-pass",
            (("ip.src == 10.23.1.10 && tcp.len == 1448", 15, 120),
             ("http.response.code == 200", 3, 3)))],
    "as large-server-flight; a Python web server; curl --data-binary", "as large-server-flight", 18)
def mtu_hole_upload(path):
    """See the README entry."""
    with Lab("mtuup") as lab:
        client, server = small_middle(lab)
        server.start(servers.serve_http, ("10.23.2.80", 80))
        server.listening(80)
        upload = lab.write("upload", "x" * 3200)
        with Capture(client, "eth0", path):
            running = []
            for _ in range(3):
                running.append(curl(client, "http://10.23.2.80/", 5))
                running.append(curl(client, "http://10.23.2.80/", 8, "-H", "Expect:",
                                    "--data-binary", f"@{upload}"))
                time.sleep(0.5)
            for process in running:
                process.wait(20)
