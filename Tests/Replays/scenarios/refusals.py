"""Resets from the middle, caps, storms, closes with unread data, dropped and refused ports."""

import socket
import threading
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario
from scenarios.cancel_ban import SYN, TOPOLOGY, WEB, curls, ended, network, web

INJECT = "middlebox/firewall-injects-resets"
CAP = "timeouts-retries/per-client-connection-cap-holds-connections"
STORM = "timeouts-retries/retry-storm"
UNREAD = "tcp/rst-on-close-discards-unread"
FILTER = "middlebox/packet-filter-drops-port"
REFUSED = "tcp/service-not-listening-on-that-address"


def hops(lab, rule):
    """Client, a filtering router, two more hops, server: the TTLs of filter and server differ."""
    names = ("one", "filter", "core", "edge", "server")
    one, wall, core, edge, server = (lab.host(name) for name in names)
    for host in (wall, core, edge):
        host.router()
    lab.link(one, "eth0", "10.13.1.10/24", wall, "eth0", "10.13.1.1/24")
    lab.link(wall, "eth1", "10.13.5.1/30", core, "eth0", "10.13.5.2/30")
    lab.link(core, "eth1", "10.13.5.5/30", edge, "eth0", "10.13.5.6/30")
    lab.link(edge, "eth1", "10.13.2.1/24", server, "eth0", "10.13.2.80/24")
    one.ip("route add default via 10.13.1.1")
    server.ip("route add default via 10.13.2.1")
    wall.ip("route add default via 10.13.5.2")
    core.ip("route add default via 10.13.5.6")
    core.ip("route add 10.13.1.0/24 via 10.13.5.1")
    edge.ip("route add default via 10.13.5.5")
    wall.filter(rule)
    return one, server


@scenario(
    "resets-injected-http",
    [Replay(INJECT, "reset-by-word-in-request.pcap", "likely",
            "A filter three hops before the server resets connections whose second request names "
            "/private: the answer to it is a RST with TTL 64 while all packets of the server have "
            "TTL 61. Other pages pass on the same kind of connection.",
            "capture.tcp.reset-ttl-foreign capture.tcp.reset-midstream",
            (("tcp.flags.reset == 1 && ip.ttl == 64 && ip.src == 10.13.2.80", 4, 4),
             ("http.response.code == 200", 7, 7),
             ("ip.src == 10.13.2.80 && ip.ttl == 61", 20, 99)))],
    "nftables (`reject with tcp reset` on payload bytes); a Python web server; Python clients; "
    "tcpdump", "client 10.13.1.10 - filter - router - router - server 10.13.2.80")
def resets_injected_http(path):
    """See the README entry."""
    with Lab("inject") as lab:
        # 32-byte TCP header (timestamps), then "GET /pri".
        one, server = hops(lab, "tcp dport 80 @th,256,64 0x474554202f707269 "
                                "reject with tcp reset")
        web(server)
        with Capture(one, "eth0", path):
            for second in ("/private", "/open", "/private", "/private", "/private"):
                one.call(two_requests, second)
                time.sleep(0.3)
            one.curl("http://10.13.2.80/")


def two_requests(second):
    """A request and, on the same connection, a second one that may be reset."""
    with clients.connect(WEB) as link:
        clients.http_exchange(link)
        try:
            clients.http_exchange(link, path=second)
        except OSError:
            pass


@scenario(
    "resets-injected-tls",
    [Replay(INJECT, "reset-after-client-hello.pcap", "likely",
            "A filter resets TLS by its first record: each ClientHello to port 443 is answered by "
            "a RST with TTL 64 within a millisecond, the SYN/ACK had TTL 61. Port 8443 of the same "
            "server is not filtered and works.",
            "capture.tcp.reset-ttl-foreign capture.tls.cut-after-hello "
            "capture.tcp.reset-by-server-after-request",
            (("tcp.flags.reset == 1 && ip.ttl == 64 && ip.src == 10.13.2.80", 4, 4),
             ("tls.handshake.type == 1", 6, 6), ("tls.handshake.type == 2", 2, 2)))],
    "nftables (`reject with tcp reset`); nginx; curl; tcpdump",
    "client 10.13.1.10 - filter - router - router - server 10.13.2.80")
def resets_injected_tls(path):
    """See the README entry."""
    with Lab("injecttls") as lab:
        one, server = hops(lab, "tcp dport 443 @th,256,16 0x1603 reject with tcp reset")
        pair = services.certificate(lab)
        services.nginx(server, f"server {{ listen 443 ssl; listen 8443 ssl; ssl_certificate "
                       f"{pair[0]}; ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; "
                       "} }", 443)
        with Capture(one, "eth0", path):
            for port in (8443, 443, 443, 443, 443, 8443):
                one.curl(f"https://10.13.2.80:{port}/")
                time.sleep(0.2)


def hold_and_ask(hold, wait, deadline):
    """Keep `hold` used connections open for `wait` seconds."""
    kept = []
    for _ in range(hold):
        link = clients.connect(WEB, deadline)
        clients.http_exchange(link)
        kept.append(link)
    time.sleep(wait)
    for link in kept:
        link.close()


@scenario(
    "client-cap",
    [Replay(CAP, "fourth-connection-held.pcap", "likely",
            "HAProxy holds (tarpits) requests of a source that has more than three connections. "
            "10.13.1.10 keeps three open; its next three requests are acknowledged and not "
            "answered, while the single request of 10.13.1.11 is. When the first three close, new "
            "requests of 10.13.1.10 are answered at once.",
            "capture.tcp.request-never-answered capture.tcp.silent-open",
            (("http.response.code == 200 && ip.dst == 10.13.1.11", 3, 3),
             ("http.request && ip.src == 10.13.1.10", 9, 9),
             ("http.response.code == 200 && ip.dst == 10.13.1.10", 6, 6)))],
    "haproxy (`http-request tarpit if { sc0_conn_cur gt 3 }`); Python clients and curl; tcpdump",
    TOPOLOGY, 22)
def client_cap(path):
    """See the README entry."""
    with Lab("cap") as lab:
        one, two, router, server = network(lab)
        server.start(servers.serve_http, ("127.0.0.1", 8080))
        services.haproxy(server, "frontend web\n  bind :80\n  timeout tarpit 10s\n"
                         "  stick-table type ip size 1k store conn_cur\n"
                         "  tcp-request connection track-sc0 src\n"
                         "  http-request tarpit if { sc0_conn_cur gt 3 }\n"
                         "  default_backend local\nbackend local\n"
                         "  server s 127.0.0.1:8080\n", 80)
        with Capture(router, "eth0", path):
            kept = one.start(hold_and_ask, 3, 10.0, 20.0)
            time.sleep(1)
            held = curls(one, "/held", 3, 0.2, "-m", "6.5")
            for _ in range(3):
                ended(curls(two, "/", 1, 1))
            ended(held)
            kept.result()
            time.sleep(2.5)  # HAProxy keeps a place until its tarpit time is over
            ended(curls(one, "/", 3, 0.3))


def throttled(address, slots):
    """Few slots, 0.4 s a request, 503 at once when all are taken."""
    free = threading.Semaphore(slots)
    listener = socket.create_server(address, backlog=64)

    def answer(link):
        with link:
            link.recv(4096)
            good = free.acquire(blocking=False)
            if good:
                time.sleep(0.4)
                free.release()
            status = "200 OK" if good else "503 Service Unavailable"
            link.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                         .encode())
    while True:
        link, _ = listener.accept()
        threading.Thread(target=answer, args=(link,), daemon=True).start()


def stubborn(tries, pause):
    """Ask until the answer is 200, at most `tries` times."""
    for _ in range(tries):
        with clients.connect(WEB) as link:
            head, _ = clients.http_exchange(link)
        if b" 200 " in head:
            return
        time.sleep(pause)


@scenario(
    "retry-storm",
    [Replay(STORM, "retries-multiply.pcap", "likely",
            "Two requests a second for 8 s, each answered. Then eight clients begin within 0.4 s "
            "against a server with one slot and repeat after 503 every 0.3 s: many times the base "
            "rate of connections, most of them answered 503. RSTs play no part and no source is "
            "blocked.",
            "capture.tcp.connect-rate-multiplied",
            ((SYN, 40, 110), ("http.response.code == 503", 15, 80),
             ("tcp.flags.reset == 1", 0, 0)))],
    "a Python server with one slot; Python clients that repeat; tcpdump", TOPOLOGY, 18)
def retry_storm(path):
    """See the README entry."""
    with Lab("storm") as lab:
        one, two, router, server = network(lab)
        server.start(throttled, WEB, 1)
        server.listening(80)
        with Capture(router, "eth0", path):
            for number in range(16):
                (one if number % 2 else two).start(stubborn, 1, 0)
                time.sleep(0.5)
            storm = []
            for number in range(8):
                storm.append((one if number % 2 else two).start(stubborn, 16, 0.3))
                time.sleep(0.05)
            for task in storm:
                task.result()
            time.sleep(1)


def rejecting(address):
    """Answers 413 to an upload after its head and closes with the rest unread."""
    listener = socket.create_server(address, backlog=16)
    while True:
        link, _ = listener.accept()
        head = link.recv(200)
        if head.startswith(b"POST"):
            body = b"x" * 600
            link.sendall(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 600\r\n"
                         b"Connection: close\r\n\r\n" + body)
        else:
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
        link.close()


@scenario(
    "close-unread",
    [Replay(UNREAD, "upload-rejected-by-reset.pcap", "likely",
            "Small requests are answered. Uploads of 12 kB get a 413 that is followed at once by "
            "the server's RST, because it closes with the body unread; the client's kernel throws "
            "the answer away. The RST comes from the server itself (same TTL).",
            "capture.tcp.reset-cuts-data",
            (("http.response.code == 200", 3, 3),
             ("ip.src == 10.13.2.80 && tcp.flags.reset == 1 && ip.ttl == 63", 3, 40)))],
    "a Python server that answers and closes without reading; curl --data-binary; tcpdump",
    TOPOLOGY)
def close_unread(path):
    """See the README entry."""
    with Lab("unread") as lab:
        one, _, router, server = network(lab)
        server.start(rejecting, WEB)
        server.listening(80)
        upload = lab.write("upload", "x" * 12000)
        with Capture(router, "eth0", path):
            for _ in range(3):
                one.curl("http://10.13.2.80/")
                one.curl("-H", "Expect:", "--data-binary", f"@{upload}", "http://10.13.2.80/up")
                time.sleep(0.3)


@scenario(
    "port-dropped",
    [Replay(FILTER, "one-port-dropped.pcap", "likely",
            "Port 80 of the server answers; SYNs to port 8443 are dropped on the way, repeated and "
            "unanswered for every client. Nobody was reset or banned before.",
            "capture.tcp.syn-unanswered",
            ((f"{SYN} && tcp.dstport == 8443", 9, 40), ("tcp.srcport == 8443", 0, 0),
             ("http.response.code == 200", 4, 4)))],
    "nftables (`tcp dport 8443 drop`); a Python web server; curl; tcpdump", TOPOLOGY)
def port_dropped(path):
    """See the README entry."""
    with Lab("drop") as lab:
        one, two, router, server = network(lab)
        web(server)
        router.filter("tcp dport 8443 drop")
        with Capture(router, "eth0", path):
            running = [host.spawn("curl", "-sk", "-m", "6", "https://10.13.2.80:8443/")
                       for host in (one, two)]
            for _ in range(2):
                ended(curls(one, "/", 1, 1) + curls(two, "/", 1, 1))
            ended(running)


@scenario(
    "not-listening",
    [Replay(REFUSED, "bound-to-loopback.pcap", "likely",
            "A service bound to 127.0.0.1: every SYN to port 9000 of the server's own address is "
            "refused by RST within a millisecond, with the server's TTL. Port 80 answers.",
            "capture.tcp.syn-refused",
            (("ip.src == 10.13.2.80 && tcp.srcport == 9000 && tcp.flags.reset == 1", 5, 5),
             ("http.response.code == 200", 2, 2)))],
    "a Python server on 127.0.0.1:9000; curl; tcpdump -i any (Linux cooked) on the server",
    TOPOLOGY)
def not_listening(path):
    """See the README entry."""
    with Lab("refused") as lab:
        one, two, router, server = network(lab)
        web(server)
        server.start(servers.serve_http, ("127.0.0.1", 9000))
        server.listening(9000)
        with Capture(server, "any", path):
            one.curl("http://10.13.2.80/")
            for host in (one, two, one, one, two):
                host.curl("http://10.13.2.80:9000/")
                time.sleep(0.2)
            two.curl("http://10.13.2.80/")
