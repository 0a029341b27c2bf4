"""Held out: what the path does: resets, drops, refusals, small MTU, lost flows, a dead peer."""

import time

from kit import clients, heldout, servers, services
from kit.capture import Capture
from kit.heldout import chain, done, java, spread
from kit.lab import Lab
from kit.scenario import Heldout, scenario

SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"
RESET = "tcp.flags.reset == 1"


def curl(host, url, limit, *options):
    """curl with a deadline, not waited for."""
    return host.spawn("curl", "-sk", "-o", "/dev/null", "-m", limit, *options, url)


def tls_site(lab, server, extra="", kind="ec"):
    """nginx on 443 and 80, IPv4 and IPv6."""
    pair = services.certificate(lab, kind=kind)
    services.nginx(server, "server { listen 443 ssl; listen [::]:443 ssl; listen 80; listen "
                   f"[::]:80; ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; {extra} "
                   "location / { return 200 'ok'; } }", 443)


@scenario(
    "heldout-inject-sni",
    [Heldout("firewall-injects-resets", "reset-for-one-name-ipv6.pcap", "likely",
             "IPv6. A filter resets TLS whose ClientHello has one forbidden name; "
             "the RST has hop limit 64, the server's packets have 61. Other names of the same "
             "server and port are served. Captured on the client.",
             "", (("ipv6.src == 2001:db8:f4::80 && tcp.flags.reset == 1 && ipv6.hlim == 64", 5, 5),
                  ("tls.handshake.type == 2", 5, 5)))],
    "nftables (`reject with tcp reset`); nginx; curl --resolve; tcpdump",
    "client 2001:db8:f1::10 - filter - router - router - server 2001:db8:f4::80", 15)
def inject_sni(path):
    """See the README entry."""
    nets = [f"2001:db8:f{number}::" for number in range(1, 5)]
    with Lab("h-sni") as lab:
        one, wall, _, _, server = chain(lab, nets, ("one", "wall", "core", "edge", "server"))
        # A TCP header of 32 bytes; OpenSSL writes the name ("wwwforbidde…") at 153 of its hello.
        wall.nft("table inet wall {\nchain c {\ntype filter hook forward priority 0;\n"
                 "tcp dport 443 @th,256,16 0x1603 @th,1504,64 0x666f726269646465 "
                 "reject with tcp reset\n}\n}\n")
        tls_site(lab, server)
        with Capture(one, "eth0", path):
            for number in range(10):
                name = ("www.example.com", "wwwforbidden.example.com")[number % 2]
                curl(one, f"https://{name}/", 5, "--resolve",
                     f"{name}:443:[2001:db8:f4::80]").wait(10)
                time.sleep(0.25)


@scenario(
    "heldout-filter-drop",
    [Heldout("packet-filter-drops-port", "ipv6-port-8883-dropped.pcapng", "likely",
             "IPv6, captured on the client: SYNs to port 8883 stay unanswered from the first to "
             "the last (three tries by curl, one by Python), ports 80 and 443 of the same server "
             "answer.",
             "", ((f"{SYN} && tcp.dstport == 8883", 9, 30), ("tcp.srcport == 8883", 0, 0),
                  ("http.response.code == 200", 4, 4)))],
    "nftables (drop); nginx; curl and Python; dumpcap",
    "client 2001:db8:f1::10 - filter - server 2001:db8:f2::80", 20)
def filter_drop(path):
    """See the README entry."""
    with Lab("h-drop") as lab:
        one, wall, server = chain(lab, ("2001:db8:f1::", "2001:db8:f2::"),
                                  ("one", "wall", "server"))
        wall.nft("table inet wall {\nchain c {\ntype filter hook forward priority 0;\n"
                 "tcp dport 8883 drop\n}\n}\n")
        tls_site(lab, server)
        with Capture(one, "eth0", path):
            running = [one.start(clients.silent, ("2001:db8:f2::80", 8883), 1)]
            for number in range(4):
                curl(one, "http://[2001:db8:f2::80]/", 5).wait(10)
                if number < 3:
                    running.append(curl(one, "https://[2001:db8:f2::80]:8883/", 7))
                if number % 2:
                    curl(one, "https://[2001:db8:f2::80]/", 5).wait(10)
                time.sleep(1.1)
            done(running[1:])
            running[0].result()


@scenario(
    "heldout-refused",
    [Heldout("service-not-listening-on-that-address", "ipv6-refused-ipv4-served.pcap", "likely",
             "node listens on the IPv4 address only. Clients that try IPv6 first are refused by "
             "RST at once (the server's own hop limit) and go on with IPv4, which works.",
             "", ((f"ipv6 && {RESET}", 6, 6), ("http.response.code == 200", 6, 6)))],
    "node (`programs/site.mjs`); curl with both addresses; tcpdump on the server",
    "client 192.0.2.10, 2001:db8:f1::10 - switch - server 192.0.2.80, 2001:db8:f1::80", 15)
def refused(path):
    """See the README entry."""
    with Lab("h-refuse") as lab:
        client, server = lab.host("client"), lab.host("server")
        lab.lan("switch", [(client, "eth0", "192.0.2.10/24"), (server, "eth0", "192.0.2.80/24")])
        for host, last in ((client, 10), (server, 80)):
            host.ip(f"addr add 2001:db8:f1::{last}/64 dev eth0 nodad")
        server.spawn("node", heldout.program("site.mjs"), "192.0.2.80", 8086)
        server.listening(8086)
        with Capture(server, "eth0", path):
            for _ in range(6):
                curl(client, "http://api.example.com:8086/", 5, "--resolve",
                     "api.example.com:8086:2001:db8:f1::80,192.0.2.80").wait(10)
                time.sleep(0.4)


def hole(lab, nets, names, mtu, family):
    """A chain whose middle link has a small MTU and whose routers report nothing."""
    hosts = chain(lab, nets, names)
    for router, interface in ((hosts[1], "eth1"), (hosts[2], "eth0")):
        router.ip(f"link set {interface} mtu {mtu}")
        kind = "meta l4proto ipv6-icmp icmpv6 type packet-too-big" if family == 6 else \
            "meta l4proto icmp"
        router.nft("table inet mute {\nchain c {\ntype filter hook output priority 0;\n"
                   f"{kind} drop\n}}\n}}\n")
    return hosts[0], hosts[-1]


@scenario(
    "heldout-mtu-tunnel",
    [Heldout("pmtu-blackhole", "tunnel-1400-downloads.pcap", "likely",
             "A tunnel of MTU 1400 on the way whose ICMP is lost; captured on the server. Pages of "
             "300 bytes pass, downloads of 4 kB stall with a full first segment repeated and never "
             "acknowledged.",
             "", (("ip.src == 198.51.100.80 && tcp.len == 1448", 6, 100),
                  (f"{SYN}", 9, 9)))],
    "ip link mtu 1400; nftables (ICMP dropped); a Python web server; curl; tcpdump",
    "client 192.0.2.10 - router = MTU 1400 = router - server 198.51.100.80", 25)
def mtu_tunnel(path):
    """See the README entry."""
    with Lab("h-mtu4") as lab:
        client, server = hole(lab, ("192.0.2.", "172.31.1.", "198.51.100."),
                              ("client", "near", "far", "server"), 1400, 4)
        server.start(servers.serve_http, ("198.51.100.80", 80))
        server.listening(80)
        with Capture(server, "eth0", path):
            running = []
            for number in range(9):
                size = 4000 if number % 3 == 2 else 300
                running.append(curl(client, f"http://198.51.100.80/size/{size}", 6))
                time.sleep(0.6)
            done(running)


@scenario(
    "heldout-mtu-ipv6",
    [Heldout("pmtu-blackhole", "ipv6-1280-tls.pcapng", "likely",
             "IPv6, MTU 1280 in the middle, packet-too-big filtered; captured on the server. Small "
             "clear pages work; every TLS handshake stalls in the server's first flight (RSA-4096 "
             "certificate) whose full segment is repeated unacknowledged.",
             "", (("ipv6.src == 2001:db8:f3::80 && tcp.len == 1428", 8, 100),
                  ("http.response.code == 200", 4, 4)))],
    "ip link mtu 1280; nftables (packet-too-big dropped); nginx; curl; dumpcap",
    "client 2001:db8:f1::10 - router = MTU 1280 = router - server 2001:db8:f3::80", 25)
def mtu_ipv6(path):
    """See the README entry."""
    with Lab("h-mtu6") as lab:
        client, server = hole(lab, ("2001:db8:f1::", "2001:db8:f2::", "2001:db8:f3::"),
                              ("client", "near", "far", "server"), 1280, 6)
        tls_site(lab, server, kind="rsa4096")
        with Capture(server, "eth0", path):
            running = []
            for _ in range(4):
                running.append(curl(client, "http://[2001:db8:f3::80]/", 5))
                running.append(curl(client, "https://[2001:db8:f3::80]/", 7))
                time.sleep(0.7)
            done(running)


@scenario(
    "heldout-idle-java",
    [Heldout("idle-timeout-silent-drop", "java-pool-idle-40s.pcap", "likely",
             "A firewall forgets flows after 15 s of rest. A Java HttpClient asks, rests 40 s, and "
             "asks again on the kept connection: the request is repeated with doubling pauses and "
             "nothing comes back. Twice, by two programs. New connections (curl) work at once, "
             "before and after. Captured on the client.",
             "", (("tcp.analysis.retransmission", 6, 40), ("http.response.code == 200", 6, 12)))],
    "JDK 17 HttpClient (`programs/Fetch.java`); nftables connection tracking (15 s, loose=0); "
    "nginx; tcpdump",
    "client 192.0.2.10 - firewall - server 198.51.100.80", 110)
def idle_java(path):
    """See the README entry."""
    with Lab("h-idle") as lab:
        client, wall, server = chain(lab, ("192.0.2.", "198.51.100."),
                                     ("client", "wall", "server"))
        services.nginx(server, "keepalive_timeout 300s; server { listen 80; location / { return "
                       "200 'ok'; } }", 80)
        wall.filter("ct state invalid drop", "ct state established accept",
                    "tcp flags & (syn|ack) == syn accept", "drop")
        wall.sysctl(netfilter__nf_conntrack_tcp_loose=0,
                    netfilter__nf_conntrack_tcp_timeout_established=15)
        url = "http://198.51.100.80/"
        with Capture(client, "eth0", path):
            running = spread(lambda: java(client, "Fetch", url, 3, 40000, 8000), 2, 3.0)
            for _ in range(4):
                curl(client, url, 5).wait(10)
                time.sleep(18)
            time.sleep(8)
            for process in running:
                process.terminate()


@scenario(
    "heldout-peer-crash-tls",
    [Heldout("half-open-after-peer-crash", "ipv6-tls-server-gone.pcapng", "likely",
             "IPv6. Four kept TLS connections are in use when the server's machine loses power: no "
             "FIN, no RST. Their next requests are repeated with doubling pauses and never "
             "acknowledged, for 20 s; new SYNs are unanswered too. Captured on the client.",
             "", (("tcp.analysis.retransmission && tcp.len > 0", 16, 60),
                  (f"{SYN}", 7, 30)))],
    "nginx; Python ssl clients; curl; `ip link set eth0 down` on the server; dumpcap",
    "client 2001:db8:f1::10 - router - server 2001:db8:f2::80", 45)
def peer_crash_tls(path):
    """See the README entry."""
    with Lab("h-crash") as lab:
        client, router, server = chain(lab, ("2001:db8:f1::", "2001:db8:f2::"),
                                       ("client", "router", "server"))
        tls_site(lab, server)
        address = ("2001:db8:f2::80", 443)
        with Capture(client, "eth0", path):
            tasks = [client.start(kept_tls, address, (0.6, 0.6, 2.5 + number))
                     for number in range(4)]
            time.sleep(2.6)
            mac = server.sh("cat /sys/class/net/eth0/address").strip()
            router.ip(f"neigh replace 2001:db8:f2::80 lladdr {mac} dev eth1 nud permanent")
            server.ip("link set eth0 down")
            time.sleep(3)
            done([curl(client, "https://[2001:db8:f2::80]/", 8) for _ in range(2)])
            time.sleep(16)
            for task in tasks:
                task.stop()


def kept_tls(address, pauses):
    """Requests on one TLS connection with pauses between."""
    with clients.tls_context().wrap_socket(clients.connect(address, 40)) as link:
        try:
            for pause in pauses:
                clients.http_exchange(link)
                time.sleep(pause)
            clients.http_exchange(link)
        except OSError:
            pass
