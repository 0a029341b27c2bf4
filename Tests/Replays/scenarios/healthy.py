"""Traffic without a fault, among it much that looks odd: no case may be confirmed on it."""

import ssl
import time

from kit import clients, relay, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario
from scenarios import flow_split

SERVER = ("10.18.1.10", 443)
TOPOLOGY = "one switch: server 10.18.1.10, client 10.18.1.21, second client 10.18.1.66"
HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"
CERTIFICATE = "tls.handshake.type == 11"
NO_CASE = " No case may be confirmed."


def healthy(file, shows, *checks, findings=""):
    """A capture that belongs to no case."""
    return Replay("", f"healthy-{file}", "", shows + NO_CASE, findings, checks)


def network(lab):
    """A server and two clients on one switch."""
    hosts = [lab.host(name) for name in ("server", "client", "second")]
    lab.lan("switch", [(host, "eth0", f"10.18.1.{last}/24")
                       for host, last in zip(hosts, (10, 21, 66))])
    return hosts


def tls_nginx(host, pair, extra="", listen="443 ssl"):
    """nginx that answers "ok" over TLS and in clear on port 80."""
    services.nginx(host, f"server {{ listen {listen}; listen 80; ssl_certificate {pair[0]}; "
                   f"ssl_certificate_key {pair[1]}; {extra} location / {{ return 200 'ok'; }} }}",
                   443)


def visits(client, number, *options, pause=0.2):
    """curl over TLS, one after the other."""
    for _ in range(number):
        client.curl(*options, f"https://{SERVER[0]}/")
        time.sleep(pause)


@scenario(
    "healthy-tls",
    [healthy("nginx-curl-tls13.pcap", "Six curls with TLS 1.3, two of which fetch two pages on one "
             "connection.", (HELLO, 6, 6), (SERVER_HELLO, 6, 6)),
     healthy("nginx-curl-any.pcap", "The same with `-i any` on the server: Linux cooked v2, no "
             "destination MAC.", (HELLO, 6, 6)),
     healthy("nginx-curl-snaplen-96.pcap", "The same, only 96 bytes of each packet kept: flags and "
             "lengths are whole, handshakes cannot be read.", ("frame.cap_len < frame.len", 10, 90),
             findings="capture.quality.snaplen")],
    "nginx; curl; tcpdump", TOPOLOGY)
def healthy_tls(eth_path, any_path, short_path):
    """See the README entry."""
    with Lab("tls") as lab:
        server, client, _ = network(lab)
        tls_nginx(server, services.certificate(lab))
        url = f"https://{SERVER[0]}/"
        with Capture(server, "eth0", eth_path), Capture(server, "any", any_path), \
                Capture(client, "eth0", short_path, snaplen=96):
            visits(client, 4)
            for _ in range(2):
                client.curl("-o", "/dev/null", url, url)


@scenario(
    "healthy-keepalive",
    [healthy("http-keepalive.pcapng", "Clear HTTP: ab with five kept connections, ten requests "
             "each, then curl with connections of their own.",
             ("http.response.code == 200", 52, 56))],
    "nginx; ab -k; curl; dumpcap", TOPOLOGY)
def healthy_keepalive(path):
    """See the README entry."""
    with Lab("keep") as lab:
        server, client, _ = network(lab)
        tls_nginx(server, services.certificate(lab))
        with Capture(server, "eth0", path, "tcp port 80"):
            client.spawn("ab", "-q", "-k", "-n", 50, "-c", 5, "http://10.18.1.10/").wait(20)
            for _ in range(3):
                client.curl("http://10.18.1.10/")


@scenario(
    "healthy-resumption",
    [healthy("tls12-resumption.pcap", "TLS 1.2 session ids kept by nginx: thirteen connections, "
             "clean and unclean closes by turns, all but the first resumed.",
             (HELLO, 13, 13), (CERTIFICATE, 1, 1),
             findings="capture.tls.no-close-notify-by-client")],
    "nginx (ssl_session_cache shared, tickets off); Python ssl client; tcpdump", TOPOLOGY)
def healthy_tls12(path):
    """See the README entry."""
    resumption(path, ssl.TLSVersion.TLSv1_2, False,
               "ssl_session_cache shared:s:1m; ssl_session_tickets off;")


@scenario(
    "healthy-resumption-tls13",
    [healthy("tls13-resumption.pcap", "TLS 1.3 tickets: thirteen connections, clean and unclean "
             "closes by turns, pre_shared_key selected in all but the first.",
             (HELLO, 13, 13),
             ("tls.handshake.type == 2 && tls.handshake.extension.type == 41", 12, 12),
             findings="capture.tls.no-close-notify-by-client")],
    "nginx with tickets; Python ssl client; tcpdump", TOPOLOGY)
def healthy_tls13(path):
    """See the README entry."""
    resumption(path, ssl.TLSVersion.TLSv1_3, True, "")


def resumption(path, version, tickets, extra):
    """Clean and unclean closes against a server that keeps its sessions."""
    with Lab("resume") as lab:
        server, client, _ = network(lab)
        tls_nginx(server, services.certificate(lab), extra)
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, "cucurcucucucu", version,
                                  tickets)
        assert outcome == "F" + "R" * 12, outcome


@scenario(
    "healthy-checks",
    [healthy("haproxy-https-checks.pcap", "HAProxy checks nginx over TLS with HTTP every 700 "
             "ms and "
             "passes some requests of a client; the checks end with close_notify and RST.",
             (HELLO, 10, 40), ("http", 0, 0),
             findings="capture.tcp.check-traffic-dominates")],
    "haproxy (`option httpchk`, `check ssl`); nginx; curl; tcpdump",
    TOPOLOGY + " (HAProxy on the client)")
def healthy_checks(path):
    """See the README entry."""
    with Lab("checks") as lab:
        server, client, _ = network(lab)
        tls_nginx(server, services.certificate(lab))
        with Capture(server, "eth0", path):
            services.haproxy(client, "listen shop\n  bind 127.0.0.1:9000\n  option httpchk GET /\n"
                             f"  server s1 {SERVER[0]}:443 ssl verify none check inter 700\n", 9000)
            for _ in range(4):
                client.curl("http://127.0.0.1:9000/")
                time.sleep(2)


@scenario(
    "healthy-silent",
    [healthy("nginx-tls-silent-client.pcap", "Two silent connections to nginx for 4 s, one of them "
             "with half a record header, and one health check that closes at once; five TLS "
             "clients "
             "are served in milliseconds meanwhile.",
             (HELLO, 7, 7), (SERVER_HELLO, 7, 7), findings="capture.tcp.silent-open")],
    "nginx; curl; Python clients; tcpdump", TOPOLOGY)
def healthy_silent(path):
    """See the README entry."""
    with Lab("silent") as lab:
        server, client, second = network(lab)
        tls_nginx(server, services.certificate(lab))
        with Capture(server, "eth0", path):
            visits(client, 1)
            quiet = [second.start(clients.silent, SERVER, 4.0),
                     second.start(clients.silent, SERVER, 4.0, b"\x16\x03\x01")]
            time.sleep(0.3)
            second.call(clients.silent, SERVER, 0.0)
            visits(client, 5, pause=0.5)
            for task in quiet:
                task.result()
            visits(client, 1)


@scenario(
    "healthy-loopback",
    [healthy("loopback.pcap", "One machine talks to itself over lo: MAC addresses of zeros, "
             "segments far above 1500 bytes (MTU 65536).", (SERVER_HELLO, 3, 3),
             ("http.response.code == 200", 2, 2))],
    "nginx; a Python web server; curl; tcpdump on lo", "one host, 127.0.0.1 and ::1")
def healthy_loopback(path):
    """See the README entry."""
    with Lab("lo") as lab:
        host = lab.host("one")
        tls_nginx(host, services.certificate(lab), listen="[::]:443 ssl ipv6only=off")
        host.start(servers.serve_http, ("127.0.0.1", 8080))
        host.listening(8080)
        with Capture(host, "lo", path):
            for address in ("127.0.0.1", "[::1]", "127.0.0.1"):
                host.curl(f"https://{address}/")
            for size in (100, 20000):
                host.curl(f"http://127.0.0.1:8080/size/{size}")


@scenario(
    "healthy-offload",
    [healthy("offload.pcap", "A download captured on the sending host with segmentation offload: "
             "segments above the MTU and unfinished checksums that never were on a wire.",
             ("tcp.len > 1460", 3, 40), findings="capture.quality.offload")],
    "a Python web server; curl; tcpdump with offload left on", TOPOLOGY)
def healthy_offload(path):
    """See the README entry."""
    with Lab("offload", offload=True) as lab:
        server, client, _ = network(lab)
        server.start(servers.serve_http, ("10.18.1.10", 80))
        server.listening(80)
        with Capture(server, "eth0", path):
            for size in (100, 30000):
                client.curl(f"http://10.18.1.10/size/{size}")


@scenario(
    "healthy-vlan",
    [healthy("vlan.pcap", "TLS and clear HTTP in VLAN 20, and the same addresses again in VLAN 30 "
             "inside VLAN 40 (QinQ): two networks that must not be mixed.",
             ("vlan.id == 20 && tls.handshake.type == 2", 3, 3),
             ("vlan.id == 40 && vlan.id == 30 && http.response.code == 200", 3, 3))],
    "nginx; curl; two switches in user space that tag (`Tests/Replays/kit/relay.py`); tcpdump on "
    "the trunk", "clients 10.18.1.21 - switch = trunk = switch - servers 10.18.1.10, in each VLAN")
def healthy_vlan(path):
    """See the README entry."""
    with Lab("vlan") as lab:
        one, two = lab.host("switch1"), lab.host("switch2")
        lab.link(one, "trunk", None, two, "trunk", None)
        for switch in (one, two):
            switch.ip("link set trunk mtu 1508")
        pair, visitors = services.certificate(lab), []
        for number, tags in enumerate(((20,), (40, 30))):
            port, server, client = f"port{number}", *(
                lab.host(f"{role}{number}") for role in ("server", "client"))
            lab.link(client, "eth0", "10.18.1.21/24", one, port, None)
            lab.link(two, port, None, server, "eth0", "10.18.1.10/24")
            for switch in (one, two):
                switch.start(relay.vlan, (port, "trunk"), *tags)
            tls_nginx(server, pair)
            visitors.append(client)
        with Capture(two, "trunk", path, "vlan"):
            visits(visitors[0], 3)
            for _ in range(3):
                visitors[1].curl("http://10.18.1.10/")


@scenario(
    "healthy-dns-fragments",
    [healthy("dns-fragments.pcap", "Questions with EDNS over IPv4 and IPv6 whose answers are larger "
             "than the MTU of 1280: each comes in fragments and is whole.",
             ("dns.flags.response == 1 && dns.count.answers == 12", 8, 8),
             ("ipv6.fraghdr.more == 1 || ip.flags.mf == 1", 16, 16))],
    "unbound; a Python client; tcpdump", TOPOLOGY + "; fd18::10 and fd18::21; MTU 1280")
def healthy_dns_fragments(path):
    """See the README entry."""
    with Lab("dns") as lab:
        server, client, _ = network(lab)
        for host, last in ((server, 10), (client, 21)):
            host.ip(f"addr add fd18::{last}/64 dev eth0 nodad")
            host.ip("link set eth0 mtu 1280")
        services.unbound(server, ("10.18.1.10", "fd18::10"), 12 * 262)
        with Capture(client, "eth0", path, "udp or ip6 proto 44 or ip[6:2] & 0x1fff != 0"):
            for address in ("10.18.1.10", "fd18::10"):
                lengths = client.call(clients.ask_text, (address, 53), "big.example", 4)
                assert min(lengths) > 3000, lengths


@scenario(
    "healthy-mirror",
    [healthy("mirror-port.pcap", "A mirror port before and behind the balancers: every packet of "
             "the clients is in the file twice (switch to balancer, balancer to server, TTL one "
             "less), so each flow has two destination MACs, but never from one sender.",
             ("tcp.flags.syn == 1 && tcp.flags.ack == 0", 12, 12), (HELLO, 5, 10),
             findings="capture.quality.duplicated-packets capture.tcp.flow-changes-mac")],
    flow_split.MADE + " on a host of a segment that floods (bridge with ageing time 0)",
    "as the captures of the split flows, the switch hashing by source port, plus a mirror port", 15)
def healthy_mirror(path):
    """See the README entry."""
    with Lab("mirror") as lab:
        monitor = lab.host("monitor")
        client, _, server = flow_split.network(lab, choose="flow", monitor=monitor)
        monitor.ip("link set eth0 up")
        codes = flow_split.visit(lab, client, server, ((monitor, "eth0", path),), 5, 1)
        assert codes == [0] * 6, codes


@scenario(
    "healthy-two-balancers",
    [healthy("two-balancers-per-flow.pcap", "Two balancers, chosen by a hash of the source port, "
             "captured on the switch's port to them: different flows have different next hops, "
             "each flow one.", (SERVER_HELLO, 9, 9), ("http.response.code == 200", 3, 3))],
    flow_split.MADE, "as the captures of the split flows, the switch hashing by source port", 15)
def healthy_two_balancers(path):
    """See the README entry."""
    with Lab("perflow") as lab:
        client, switch, server = flow_split.network(lab, choose="flow")
        codes = flow_split.visit(lab, client, server, ((switch, "eth1", path),))
        assert codes == [0] * 12, codes
