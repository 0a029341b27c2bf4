"""A TLS accept loop held by a silent client, and what only looks like it."""

import signal
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

CASE = "tls/blocking-tls-accept-held-by-silent-client"
SERVER = ("10.10.1.10", 27000)
TOPOLOGY = ("one switch (Linux bridge): server 10.10.1.10, checkout client 10.10.1.21, operator's "
            "host 10.10.1.66")
HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"
FOUND = ("capture.tcp.silent-open capture.tls.client-hello-acked-unanswered "
         "capture.tls.slow-server-flight capture.tls.hello-released-by-silent-flow-end")


def network(lab):
    """Server, client and the operator's host on one switch."""
    hosts = [lab.host(name) for name in ("server", "client", "ops")]
    lab.lan("switch", [(host, "eth0", f"10.10.1.{last}/24")
                       for host, last in zip(hosts, (10, 21, 66))])
    return hosts


def waiting_clients(host, address, number=3, apart=0.3):
    """Clients that begin one after the other while the server is held."""
    tasks = []
    for _ in range(number):
        tasks.append(host.start(clients.line_over_tls, address))
        time.sleep(apart)
    return tasks


def held(lab, start_server, first=b"", **places):
    """Normal checkouts, a silent client for 5 s with three victims behind it, normal again."""
    server, client, ops = network(lab)
    start_server(server)
    captures = [Capture({"server": server, "client": client}[place.split("_")[0]], "eth0", path)
                .begin() for place, path in places.items()]
    for _ in range(3):
        client.call(clients.line_over_tls, SERVER)
        time.sleep(0.3)
    quiet = ops.start(clients.silent, SERVER, 5.0, first)
    time.sleep(0.5)
    victims = waiting_clients(client, SERVER)
    quiet.result()
    waits = [victim.result() for victim in victims]
    time.sleep(0.5)
    client.call(clients.line_over_tls, SERVER)
    for capture in captures:
        capture.end()
    assert all(2.5 < wait < 6 for wait in waits), waits


@scenario(
    "held-by-nc",
    [Replay(CASE, "held-by-nc.pcap", "confirmed",
            "Server's side. Three checkouts handshake in a few milliseconds. Then 10.10.1.66 "
            "opens a connection and sends nothing for 5 s; the three ClientHellos that follow "
            "are acknowledged at once and not answered, until the silent connection's FIN: all "
            "three ServerHellos leave within milliseconds of it, in the order of arrival. One "
            "more checkout is quick again.", FOUND,
            ((HELLO, 7, 7), (SERVER_HELLO, 7, 7), ("ip.src == 10.10.1.66 && tcp.len > 0", 0, 0))),
     Replay(CASE, "victim-view-only.pcap", "not-enough-evidence",
            "The same minutes captured on the checkout client. The silent connection is of "
            "another host and not in the file: three hellos are acknowledged, wait for seconds "
            "and are answered in one burst. A slow or stopped server that went on would look the "
            "same from here; ask for the server's capture.",
            "capture.tls.client-hello-acked-unanswered capture.tls.slow-server-flight",
            ((HELLO, 7, 7), (SERVER_HELLO, 7, 7), ("ip.addr == 10.10.1.66", 0, 0)))],
    "`openssl s_server -rev` (handshake inside the accept loop); a plain TCP connection in place "
    "of nc; Python ssl clients; tcpdump", TOPOLOGY)
def held_by_nc(server_path, client_path):
    """See the README entry."""
    with Lab("held-by-nc") as lab:
        pair = services.certificate(lab, "license.example.com")
        held(lab, lambda host: services.s_server(host, SERVER[1], pair, "-rev"),
             server=server_path, client=client_path)


@scenario(
    "held-by-half-hello",
    [Replay(CASE, "held-by-half-hello.pcapng", "confirmed",
            "As held-by-nc, but the holding client is not quite silent: it sends the five bytes of "
            "a record header (16 03 01 02 00) and then nothing for 5 s. An unfinished ClientHello "
            "holds the loop as well as no byte at all.",
            "capture.tls.client-hello-acked-unanswered capture.tls.slow-server-flight "
            "capture.tls.hello-released-by-silent-flow-end",
            ((SERVER_HELLO, 7, 7), ("ip.src == 10.10.1.66 && tcp.len == 5", 1, 1)))],
    "`openssl s_server -rev`; Python clients; dumpcap (pcapng)", TOPOLOGY)
def held_by_half_hello(path):
    """See the README entry."""
    with Lab("half-hello") as lab:
        pair = services.certificate(lab, "license.example.com")
        held(lab, lambda host: services.s_server(host, SERVER[1], pair, "-rev"),
             first=bytes.fromhex("1603010200"), server=path)


def python_server(lab):
    """Server, client and operator, and the address of a page; the server is Python's."""
    pair = services.certificate(lab)
    server, client, ops = network(lab)
    server.start(servers.serve_http, SERVER, pair)
    server.listening(SERVER[1])
    return server, client, ops, f"https://{SERVER[0]}:{SERVER[1]}/"


@scenario(
    "held-python-server",
    [Replay(CASE, "held-python-server.pcap", "confirmed",
            "Python's ThreadingHTTPServer whose listening socket is wrapped by TLS. curl gets a "
            "page twice; then a silent connection holds accept() for 5 s, three curls wait with "
            "their ClientHello acknowledged, and all are served when the silent one closes. "
            "Captured with `-i any` (Linux cooked v2: no MAC addresses).", FOUND,
            ((HELLO, 6, 6), (SERVER_HELLO, 6, 6), ("ip.src == 10.10.1.66 && tcp.len > 0", 0, 0)))],
    "Python 3 `http.server` with `ssl`; curl; tcpdump -i any", TOPOLOGY)
def held_python_server(path):
    """See the README entry."""
    with Lab("python") as lab:
        server, client, ops, url = python_server(lab)
        with Capture(server, "any", path):
            for _ in range(2):
                client.curl(url)
                time.sleep(0.3)
            quiet = ops.start(clients.silent, SERVER, 5.0)
            time.sleep(0.4)
            waiting = [client.spawn("curl", "-sk", "-m", "12", url) for _ in range(3)]
            quiet.result()
            assert [process.wait(20) for process in waiting] == [0, 0, 0]
            time.sleep(0.3)
            client.curl(url)


@scenario(
    "held-to-the-end",
    [Replay(CASE, "held-to-the-end.pcap", "not-enough-evidence",
            "The same server, captured while it is held: curl gets a page four times, a silent "
            "connection opens and stays, and six curls with a deadline of 4 s give up one after "
            "the other. Nobody is freed in the file, so a hung process could look the same but for "
            "the place of the silent connection.",
            "capture.tls.hellos-unanswered-behind-silent-flow "
            "capture.tls.all-hellos-unanswered-since capture.tcp.silent-open",
            ((HELLO, 10, 10), (SERVER_HELLO, 4, 4),
             ("ip.src == 10.10.1.66 && tcp.len > 0", 0, 0)))],
    "Python 3 `http.server` with `ssl`; curl; tcpdump", TOPOLOGY, 25)
def held_to_the_end(path):
    """See the README entry."""
    with Lab("to-the-end") as lab:
        server, client, ops, url = python_server(lab)
        with Capture(server, "eth0", path):
            for _ in range(4):
                client.curl(url)
                time.sleep(0.3)
            quiet = ops.start(clients.silent, SERVER, 16.0)
            time.sleep(0.4)
            waiting = []
            for _ in range(6):
                waiting.append(client.spawn("curl", "-sk", "-m", "4", url))
                time.sleep(0.7)
            assert [process.wait(20) for process in waiting] == [28] * 6
        quiet.result()


@scenario(
    "health-check-waits-for-banner",
    [Replay(CASE, "health-check-waits-for-banner.pcap", "confirmed",
            "A health check of 10.10.1.66 connects every 3 s, waits 2 s for a greeting that a TLS "
            "server never sends, and closes without a byte: six periods. Each checkout that comes "
            "in those 2 s waits with its ClientHello acknowledged and is answered within "
            "milliseconds of the check's FIN; those between two checks are quick.",
            FOUND.replace("capture.tcp.silent-open ", "") + " capture.tcp.open-then-close-no-data",
            ((HELLO, 11, 11), (SERVER_HELLO, 11, 11),
             ("ip.src == 10.10.1.66 && tcp.flags.syn == 1", 6, 6),
             ("ip.src == 10.10.1.66 && tcp.len > 0", 0, 0)))],
    "`openssl s_server -rev`; a Python check that waits for a banner; Python ssl clients; tcpdump "
    "with nanosecond times", TOPOLOGY, 25)
def health_check(path):
    """See the README entry."""
    with Lab("banner") as lab:
        pair = services.certificate(lab, "license.example.com")
        server, client, ops = network(lab)
        services.s_server(server, SERVER[1], pair, "-rev")
        with Capture(server, "eth0", path, nano=True):
            client.call(clients.line_over_tls, SERVER)
            check = ops.start(clients.banner_check, SERVER, 3.0, 2.0, 6)
            begin = time.monotonic()
            for number in range(5):
                for second in (0.6 + 0.1 * number, 2.4):
                    time.sleep(max(0.0, begin + 3.0 * number + second - time.monotonic()))
                    client.call(clients.line_over_tls, SERVER)
            check.result()


@scenario(
    "held-on-loopback",
    [Replay(CASE, "held-on-loopback-ipv6.pcap", "confirmed",
            "One machine, IPv6 loopback (Ethernet header of zeros): a script on ::1 connects to "
            "port 27000 and forgets the connection for 4 s; three clients wait with acknowledged "
            "hellos and are released in one burst when it ends.", FOUND,
            ((HELLO, 6, 6), (SERVER_HELLO, 6, 6), ("ipv6 && tcp.dstport == 27000 && tcp.len == 0 "
                                                   "&& tcp.flags.syn == 1", 7, 7)))],
    "`openssl s_server -6 -rev`; Python clients; tcpdump on lo", "one host, ::1")
def held_on_loopback(path):
    """See the README entry."""
    with Lab("loopback") as lab:
        pair = services.certificate(lab, "license.example.com")
        host = lab.host("one")
        services.s_server(host, SERVER[1], pair, "-rev", "-6")
        address = ("::1", SERVER[1])
        with Capture(host, "lo", path):
            for _ in range(2):
                host.call(clients.line_over_tls, address)
            quiet = host.start(clients.silent, address, 4.0)
            time.sleep(0.3)
            victims = waiting_clients(host, address)
            quiet.result()
            assert all(2 < victim.result() < 5 for victim in victims)
            host.call(clients.line_over_tls, address)


HUNG = "kernel-limits/listener-process-hung"
HUNG_FOUND = "capture.tls.client-hello-acked-unanswered capture.tls.all-hellos-unanswered-since"


def try_handshake(address, deadline):
    """A client that gives up after its deadline."""
    try:
        clients.line_over_tls(address, deadline)
    except (TimeoutError, OSError):
        pass


def stopped_server(lab, path, start_server, with_check):
    """Normal checkouts, then the server is stopped (SIGSTOP) until the capture ends."""
    server, client, ops = network(lab)
    process = start_server(server)
    with Capture(server, "eth0", path):
        for _ in range(3):
            client.call(clients.line_over_tls, SERVER)
            time.sleep(0.4)
        process.send_signal(signal.SIGSTOP)
        check = ops.start(clients.banner_check, SERVER, 3.0, 2.0, 3) if with_check else None
        tasks = []
        for _ in range(5):
            time.sleep(0.5)
            tasks.append(client.start(try_handshake, SERVER, 4.0))
        for task in tasks:
            task.result()
        if check:
            check.result()
        tasks = [client.start(try_handshake, SERVER, 4.0) for _ in range(2)]
        time.sleep(4.6)


@scenario(
    "listener-hung",
    [Replay(HUNG, "s-server-stopped.pcap", "likely",
            "Three checkouts work; then the server process is stopped (SIGSTOP). The kernel goes "
            "on to accept connections and to acknowledge ClientHellos; none of the seven is "
            "answered to the end of the file. Every client gives up after 4 s with a FIN that is "
            "acknowledged too. No other connection is open before them.", HUNG_FOUND,
            ((HELLO, 10, 10), (SERVER_HELLO, 3, 3)))],
    "`openssl s_server -rev`, kill -STOP; Python ssl clients; tcpdump", TOPOLOGY, 20)
def listener_hung(path):
    """See the README entry."""
    with Lab("hung") as lab:
        pair = services.certificate(lab, "license.example.com")
        stopped_server(lab, path, lambda host: services.s_server(
            host, SERVER[1], pair, "-rev"), False)


@scenario(
    "listener-hung-with-check",
    [Replay(HUNG, "nginx-stopped-with-health-check.pcap", "likely",
            "nginx (one process) is stopped while a health check connects every 3 s, waits 2 s and "
            "closes without a byte. The checks look like the silent client of another case, but "
            "their closes release nobody: no hello after the stop is answered at all.",
            HUNG_FOUND + " capture.tcp.open-then-close-no-data",
            ((HELLO, 10, 10), (SERVER_HELLO, 3, 3),
             ("ip.src == 10.10.1.66 && tcp.flags.syn == 1", 3, 3)))],
    "nginx (TLS), kill -STOP; Python ssl clients and check; tcpdump", TOPOLOGY, 25)
def listener_hung_with_check(path):
    """See the README entry."""
    with Lab("hung-check") as lab:
        pair = services.certificate(lab)
        body = (f"server {{ listen {SERVER[1]} ssl; ssl_certificate {pair[0]}; "
                f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}")
        stopped_server(lab, path, lambda host: services.nginx(host, body, SERVER[1]), True)
