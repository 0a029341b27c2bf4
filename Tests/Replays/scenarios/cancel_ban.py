"""Cancelled requests and the device that bans for them; other blocks, resets and refusals."""

import socket
import threading
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

CASE = "middlebox/client-rst-on-cancel-triggers-ip-block"
INJECT = "middlebox/firewall-injects-resets"
CAP = "timeouts-retries/per-client-connection-cap-holds-connections"
STORM = "timeouts-retries/retry-storm"
UNREAD = "tcp/rst-on-close-discards-unread"
FILTER = "middlebox/packet-filter-drops-port"
REFUSED = "tcp/service-not-listening-on-that-address"
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
    ip saddr 10.13.1.0/24 tcp flags & rst == rst update @resets { ip saddr limit rate over 5/minute burst 5 packets } add @banned { ip saddr }
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
            "Captured on the router's port to the clients. 10.13.1.10 cancels seven requests 300 ms "
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
            "answer, and nothing happens: the requests before and after are answered. Cancelling is "
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
             ("http.response.code == 200", 7, 7), ("ip.src == 10.13.2.80 && ip.ttl == 61", 20, 99)))],
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
            ((SYN, 40, 110), ("http.response.code == 503", 15, 80), ("tcp.flags.reset == 1", 0, 0)))],
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
