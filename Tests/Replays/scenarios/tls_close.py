"""A server that ends its answers without close_notify."""

import socket
import ssl
import time

from kit import clients, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario
from scenarios.tls_sessions import SERVER, TOPOLOGY, network

CASE = "tls/server-closes-without-close-notify"
FOUND = "capture.tls.no-close-notify capture.tls.no-close-notify-by-server"


def cutting_server(address, pair, full, sent):
    """HTTPS that promises `full` bytes to /cut, sends `sent`, and closes the socket bare."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(address)
    while True:
        raw, _ = listener.accept()
        try:
            link = context.wrap_socket(raw, server_side=True)
            cut = b"/cut" in link.recv(4096)
            body = b"x" * (sent if cut else full)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (full, body))
            if not cut:
                link.recv(4096)
                link.unwrap()
            link.close()
        except (ssl.SSLError, OSError):
            raw.close()


def ask(address, path, version):
    """One request; what the client reads at the cut is its own matter."""
    context = clients.tls_context(version)
    with clients.connect(address) as raw:
        try:
            with context.wrap_socket(raw, server_hostname="shop.example.com") as link:
                clients.http_exchange(link, path=path)
                if path != "/cut":
                    link.unwrap()
        except (ssl.SSLError, OSError):
            pass


def cuts(path, version):
    """Whole answers and cut ones by turns."""
    with Lab("cut") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        server.start(cutting_server, SERVER, pair, 2000, 1200)
        server.listening(SERVER[1])
        with Capture(client, "eth0", path):
            for wanted in ("/", "/cut", "/", "/cut", "/cut", "/cut"):
                client.call(ask, SERVER, wanted, version)
                time.sleep(0.3)


@scenario(
    "server-no-close-notify-tls12",
    [Replay(CASE, "tls12-answer-cut.pcap", "likely",
            "TLS 1.2. Two answers are whole and end with alerts of both sides; four stop in mid-"
            "answer with the server's FIN right after application data, no alert record before it. "
            "The client cannot tell the end from a truncation.", FOUND,
            (("tls.handshake.type == 1", 6, 6),
             ("ip.src == 10.12.1.10 && tls.record.content_type == 21", 2, 2)))],
    "a Python ssl server that closes its socket without unwrap(); Python ssl client; tcpdump",
    TOPOLOGY)
def cut_tls12(path):
    """See the README entry."""
    cuts(path, ssl.TLSVersion.TLSv1_2)


@scenario(
    "server-no-close-notify-tls13",
    [Replay(CASE, "tls13-answer-cut.pcap", "likely",
            "The same in TLS 1.3: the alert is encrypted, its sign is a last record of type 23 "
            "with 19 bytes; four of six server closes lack it.", FOUND,
            (("tls.handshake.type == 1", 6, 6),
             ("ip.src == 10.12.1.10 && tls.record.length == 19", 2, 2)))],
    "a Python ssl server that closes its socket without unwrap(); Python ssl client; tcpdump",
    TOPOLOGY)
def cut_tls13(path):
    """See the README entry."""
    cuts(path, ssl.TLSVersion.TLSv1_3)
