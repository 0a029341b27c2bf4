"""TLS peers that disagree: a hello too large for its reader, certificates, the wrong protocol."""

import select
import socket
import ssl
import threading
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

LARGE = "tls/large-client-hello-split-breaks-peer"
CLIENT_CERT = "tls/client-certificate-required-or-rejected"
MIXED = "tls/tls-and-plain-text-mixed-up"
SERVER = ("10.17.1.10", 8443)
TOPOLOGY = "one switch: server 10.17.1.10, client 10.17.1.21"
HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"
FATAL = "tls.record.content_type == 21 && tls.alert_message.level == 2"


def network(lab):
    """A server and a client on one switch."""
    hosts = [lab.host(name) for name in ("server", "client")]
    lab.lan("switch", [(host, "eth0", f"10.17.1.{last}/24")
                       for host, last in zip(hosts, (10, 21))])
    return hosts


def pump(one, two):
    """Copy bytes both ways until one side ends."""
    while True:
        for link in select.select([one, two], [], [], 30)[0]:
            data = link.recv(65536)
            if not data:
                one.close()
                two.close()
                return
            (two if link is one else one).sendall(data)


def one_read_front(address, backend, waits):
    """A name router that reads the ClientHello once, into 1400 bytes, and trusts that it is whole.

    An unfinished hello is closed, or with `waits` kept without reading on.
    """
    listener = socket.create_server(address, backlog=16)
    kept = []
    while True:
        link, _ = listener.accept()
        first = link.recv(1400)
        if len(first) >= 5 and int.from_bytes(first[3:5], "big") + 5 > len(first):
            kept.append(link) if waits else link.close()
            continue
        try:
            onward = socket.create_connection(backend)
        except OSError:
            link.close()
            continue
        onward.sendall(first)
        threading.Thread(target=pump, args=(link, onward), daemon=True).start()


def handshake(address, protocols, deadline=5.0):
    """A handshake with this many long ALPN names (each adds 200 bytes to the hello)."""
    context = clients.tls_context()
    context.set_alpn_protocols([f"{number:03d}".ljust(199, "x") for number in range(protocols)]
                               + ["http/1.1"])
    try:
        with clients.connect(address, deadline) as raw:
            with context.wrap_socket(raw, server_hostname="shop.example.com") as link:
                clients.http_exchange(link)
                link.unwrap()
    except (ssl.SSLError, OSError):
        pass


def large_hellos(path, waits):
    """Small and large hellos by turns to the one-read front before nginx."""
    with Lab("large") as lab:
        server, client = network(lab)
        pair = services.certificate(lab)
        services.nginx(server, f"server {{ listen 127.0.0.1:9443 ssl; ssl_certificate {pair[0]}; "
                       f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}", 9443)
        server.start(one_read_front, SERVER, ("127.0.0.1", 9443), waits)
        server.listening(SERVER[1])
        with Capture(server, "eth0", path):
            tasks = []
            for protocols in (0, 8, 1, 8, 2, 8, 0, 8):
                tasks.append(client.start(handshake, SERVER, protocols))
                time.sleep(0.4)
            for task in tasks:
                task.result()


@scenario(
    "large-hello-cut",
    [Replay(LARGE, "one-read-router-cuts.pcap", "likely",
            "A name router reads a ClientHello once. Hellos of one segment (517 to about 900 "
            "bytes) "
            "work. Those of about 1,900 bytes come in two segments, both acknowledged, and are "
            "closed at once without an alert (RST, as a part was unread).",
            "capture.tls.client-hello-split capture.tls.cut-after-hello",
            ((SERVER_HELLO, 4, 4), ("tcp.len == 1448", 4, 4),
             ("ip.src == 10.17.1.10 && tcp.flags.reset == 1", 4, 12)))],
    "a Python name router with a 1400-byte read before nginx; Python ssl client whose ALPN list "
    "makes the hello large; tcpdump", TOPOLOGY)
def large_hello_cut(path):
    """See the README entry."""
    large_hellos(path, False)


@scenario(
    "large-hello-hangs",
    [Replay(LARGE, "one-read-router-waits.pcap", "likely",
            "The same router in a variant that waits: both segments of the large hellos are "
            "acknowledged and never answered; clients leave after 5 s. Small hellos that come in "
            "the meantime are answered in milliseconds.",
            "capture.tls.client-hello-split capture.tls.client-hello-acked-unanswered",
            ((SERVER_HELLO, 4, 4), ("tcp.len == 1448", 4, 4)))],
    "as one-read-router-cuts", TOPOLOGY)
def large_hello_hangs(path):
    """See the README entry."""
    large_hellos(path, True)


def demanding_server(address, pair, authority):
    """Python's TLS server that requires a client certificate of one authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority)
    listener = socket.create_server(address)
    while True:
        raw, _ = listener.accept()
        try:
            with context.wrap_socket(raw, server_side=True) as link:
                link.recv(4096)
                link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
                link.recv(4096)
                link.unwrap()
        except (ssl.SSLError, OSError):
            raw.close()


def client_certificates(path, flags):
    """curl with a good certificate, none, and one of a foreign authority."""
    with Lab("mtls") as lab:
        server, client = network(lab)
        authority = services.certificate(lab, "ca.example.com")
        foreign = services.certificate(lab, "elsewhere.example.com")
        pair = services.certificate(lab)
        good = services.certificate(lab, "client.example.com", "ec", authority, "clientAuth")
        bad = services.certificate(lab, "client.example.com", "ec", foreign, "clientAuth")
        server.start(demanding_server, SERVER, pair, authority[0])
        server.listening(SERVER[1])
        url = f"https://{SERVER[0]}:{SERVER[1]}/"
        with Capture(client, "eth0", path):
            for cert in (good, None, bad, None, good, None):
                options = ("--cert", cert[0], "--key", cert[1]) if cert else ()
                client.curl("-m", "5", *flags, *options, url)
                time.sleep(0.2)


@scenario(
    "client-cert-tls12",
    [Replay(CLIENT_CERT, "tls12-alert.pcap", "likely",
            "TLS 1.2: the server asks for a certificate (CertificateRequest in clear). Without one "
            "the handshake ends with the server's fatal alert 40, with one of a foreign authority "
            "with alert 48; the right one gets its page. Every ClientHello is answered at once.",
            "capture.tls.alert-by-server capture.tls.cert-request",
            (("tls.handshake.type == 13", 6, 6), (f"{FATAL} && ip.src == 10.17.1.10", 4, 4)))],
    "a Python ssl server (CERT_REQUIRED); curl --tls-max 1.2 --cert; tcpdump", TOPOLOGY)
def client_cert_tls12(path):
    """See the README entry."""
    client_certificates(path, ("--tls-max", "1.2"))


@scenario(
    "client-cert-tls13",
    [Replay(CLIENT_CERT, "tls13-hidden-alert.pcap", "likely",
            "TLS 1.3: request and alert are encrypted. A refused client finishes its handshake, "
            "sends its request, gets one short record (24 bytes: an alert) and the connection is "
            "closed; curl reports an alert.", "",
            ((SERVER_HELLO, 6, 6), (FATAL, 0, 0)))],
    "a Python ssl server (CERT_REQUIRED); curl --cert; tcpdump", TOPOLOGY)
def client_cert_tls13(path):
    """See the README entry."""
    client_certificates(path, ())


@scenario(
    "mixed-up",
    [Replay(MIXED, "nginx-both-wrong-ways.pcap", "likely",
            "curl speaks clear HTTP to a TLS port (three times, nginx answers 400 in clear) "
            "and TLS "
            "to a clear port (three times, nginx answers 400 in clear). The right pairs work.",
            "capture.tls.plain-bytes-on-tls-port capture.tls.plain-answer-to-hello",
            ((SERVER_HELLO, 2, 2), ("tcp.len == 517", 5, 5), ("http.response.code == 400", 3, 6)))],
    "nginx; curl; tcpdump", TOPOLOGY)
def mixed_up(path):
    """See the README entry."""
    with Lab("mixed") as lab:
        server, client = network(lab)
        pair = services.certificate(lab)
        services.nginx(server, f"server {{ listen 8443 ssl; listen 8080; ssl_certificate {pair[0]};"
                       f" ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}",
                       8443)
        with Capture(server, "eth0", path):
            client.curl("https://10.17.1.10:8443/")
            client.curl("http://10.17.1.10:8080/")
            for _ in range(3):
                client.curl("-m", "4", "http://10.17.1.10:8443/")
                client.curl("-m", "4", "https://10.17.1.10:8080/")
            client.curl("https://10.17.1.10:8443/")


def line_server(address):
    """A clear-text server that waits for a line end, however long."""
    listener = socket.create_server(address)

    def serve(link):
        with link:
            data = b""
            while not data.endswith(b"DONE\n"):
                more = link.recv(4096)
                if not more:
                    return
                data += more
            link.sendall(b"hello\n")
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def line_client(address):
    """The right protocol for it."""
    with clients.connect(address) as link:
        link.sendall(b"DONE\n")
        link.recv(100)


@scenario(
    "mixed-up-hangs",
    [Replay(MIXED, "hello-to-a-line-server.pcap", "not-enough-evidence",
            "TLS clients speak to a clear-text line server: it takes the ClientHello for the "
            "beginning of a line and waits; hellos are acknowledged and unanswered, clients leave "
            "after 4 s. A client that speaks the right protocol is answered meanwhile on the same "
            "port.",
            "capture.tls.client-hello-acked-unanswered",
            ((HELLO, 3, 3), (SERVER_HELLO, 0, 0), ("ip.src == 10.17.1.10 && tcp.len > 0", 4, 4)))],
    "a Python line server; curl and a Python client; tcpdump", TOPOLOGY)
def mixed_up_hangs(path):
    """See the README entry."""
    with Lab("line") as lab:
        server, client = network(lab)
        server.start(line_server, SERVER)
        server.listening(SERVER[1])
        with Capture(server, "eth0", path):
            running = []
            for _ in range(3):
                client.call(line_client, SERVER)
                running.append(client.spawn("curl", "-sk", "-m", "4",
                                            f"https://{SERVER[0]}:{SERVER[1]}/"))
                time.sleep(0.5)
            for process in running:
                process.wait(10)
            client.call(line_client, SERVER)
