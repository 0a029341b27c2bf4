"""Full accept queues and workers held by slow clients."""

import signal
import socket
import threading
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

QUEUE = "kernel-limits/accept-queue-overflow"
WORKERS = "http/slow-clients-occupy-workers"
SERVER = ("10.11.1.10", 8080)
SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"


def network(lab, extra=()):
    """A server and a client on one switch."""
    hosts = [lab.host(name) for name in ("server", "client", *extra)]
    lab.lan("switch", [(host, "eth0", f"10.11.1.{last}/24")
                       for host, last in zip(hosts, (10, 21, 31))])
    return hosts


def slow_accept_server(address, backlog, pause):
    """One thread that accepts, answers, and pauses before it accepts again."""
    listener = socket.create_server(address, backlog=backlog)
    while True:
        link, _ = listener.accept()
        with link:
            link.recv(4096)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
        time.sleep(pause)


def get(address, deadline):
    """A GET with a deadline for each step; its own errors are part of the plan."""
    try:
        with clients.connect(address, deadline) as link:
            clients.http_exchange(link)
    except (TimeoutError, OSError):
        pass


@scenario(
    "accept-queue-slow",
    [Replay(QUEUE, "slow-accept-small-backlog.pcap", "likely",
            "A server with a backlog of 2 pauses 0.6 s after each answer. Single requests are "
            "quick. Then ten clients come at once: three wait in the queue, the SYNs of the "
            "others get no answer and are repeated after 1 s and more until a place is free; all "
            "are served late.",
            "capture.tcp.syn-retransmitted-then-ok",
            ((SYN, 14, 60), ("http.response.code == 200", 12, 12),
             ("tcp.analysis.retransmission && tcp.flags.syn == 1 && tcp.flags.ack == 0", 4, 60)))],
    "a Python server that accepts slowly, listen(2); Python clients; tcpdump",
    "one switch: server 10.11.1.10, client 10.11.1.21", 20)
def accept_queue_slow(path):
    """See the README entry."""
    with Lab("queue") as lab:
        server, client = network(lab)
        server.start(slow_accept_server, SERVER, 2, 0.6)
        server.listening(SERVER[1])
        with Capture(server, "eth0", path):
            for _ in range(2):
                client.call(get, SERVER, 20.0)
                time.sleep(1)
            for task in [client.start(get, SERVER, 20.0) for _ in range(10)]:
                task.result()


@scenario(
    "accept-queue-steady",
    [Replay(QUEUE, "load-above-the-rate.pcap", "likely",
            "Clients come every 0.1 s to a server that takes 0.2 s for each, one after the other, "
            "with a backlog of 5. SYNs are repeated; of some handshakes the server drops the last "
            "ACK, repeats its SYN-ACK, and the client sends its request again and again until a "
            "place is free.",
            "capture.tcp.syn-retransmitted-then-ok capture.tcp.timeout-retransmits "
            "capture.tcp.requests-answered-late",
            ((SYN, 70, 200), ("http.response.code == 200", 60, 60),
             ("tcp.analysis.retransmission && tcp.len > 0", 10, 200)))],
    "a Python server that takes one connection at a time, listen(2); Python clients; tcpdump",
    "one switch: server 10.11.1.10, client 10.11.1.21", 40)
def accept_queue_steady(path):
    """See the README entry."""
    with Lab("steady") as lab:
        server, client = network(lab)
        server.start(slow_accept_server, SERVER, 5, 0.2)
        server.listening(SERVER[1])
        with Capture(server, "eth0", path):
            tasks = []
            for _ in range(60):
                tasks.append(client.start(get, SERVER, 30.0))
                time.sleep(0.1)
            for task in tasks:
                task.result()


@scenario(
    "accept-queue-full",
    [Replay(QUEUE, "stopped-backlog-four.pcap", "likely",
            "A TLS server with a backlog of 4 is stopped. The first five connections complete and "
            "their ClientHellos are acknowledged; from the sixth on no SYN is answered at all, "
            "each one is sent several times. Nobody is served.",
            "capture.tcp.syn-unanswered capture.tls.client-hello-acked-unanswered",
            ((SYN, 20, 60), ("tcp.flags.syn == 1 && tcp.flags.ack == 1", 7, 7),
             ("tls.handshake.type == 2", 2, 2)))],
    "nginx (`listen … backlog=4`), kill -STOP; Python ssl clients; tcpdump",
    "one switch: server 10.11.1.10, client 10.11.1.21", 20)
def accept_queue_full(path):
    """See the README entry."""
    with Lab("full") as lab:
        server, client = network(lab)
        pair = services.certificate(lab)
        process = services.nginx(
            server, f"server {{ listen 8443 ssl backlog=4; ssl_certificate {pair[0]}; "
            f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}", 8443)
        address = (SERVER[0], 8443)
        with Capture(server, "eth0", path):
            for _ in range(2):
                client.call(clients.line_over_tls, address, 10.0, None,
                            b"GET / HTTP/1.0\r\n\r\n")
                time.sleep(0.3)
            process.send_signal(signal.SIGSTOP)
            tasks = []
            for _ in range(9):
                tasks.append(client.start(try_tls, address, 5.5))
                time.sleep(0.15)
            for task in tasks:
                task.result()


def try_tls(address, deadline):
    """A handshake that may fail."""
    try:
        clients.line_over_tls(address, deadline)
    except (TimeoutError, OSError):
        pass


def pool_server(address, workers):
    """A plain HTTP server with a fixed number of worker threads, as prefork servers have."""
    listener = socket.create_server(address, backlog=64)

    def work():
        while True:
            link, _ = listener.accept()
            with link:
                data = b""
                while b"\r\n\r\n" not in data:
                    more = link.recv(4096)
                    if not more:
                        break
                    data += more
                else:
                    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
                                 b"Connection: close\r\n\r\nok\n")
    for _ in range(workers):
        threading.Thread(target=work, daemon=True).start()
    threading.Event().wait()


def trickle(address, seconds):
    """A request whose head comes one header line a second and never ends."""
    with clients.connect(address) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: shop.example.com\r\n")
        for number in range(int(seconds)):
            time.sleep(1)
            link.sendall(f"X-{number}: a\r\n".encode())


@scenario(
    "slow-clients",
    [Replay(WORKERS, "four-workers-trickled.pcap", "likely",
            "A server with four workers. Requests of 10.11.1.21 are answered at once; then four "
            "connections of 10.11.1.31 send their request head one line a second for 8 s. "
            "Requests that come meanwhile are acknowledged and unanswered; when the slow four "
            "end, all are answered within milliseconds. Not one of the slow clients is silent.",
            "capture.tcp.request-never-answered",
            (("http.response.code == 200", 9, 9),
             ("ip.src == 10.11.1.31 && tcp.len > 0", 32, 40)))],
    "a Python server with four worker threads; Python clients; tcpdump",
    "one switch: server 10.11.1.10, client 10.11.1.21, slow clients 10.11.1.31", 18)
def slow_clients(path):
    """See the README entry."""
    with Lab("slow") as lab:
        server, client, slow = network(lab, ("slow",))
        server.start(pool_server, SERVER, 4)
        server.listening(SERVER[1])
        with Capture(server, "eth0", path):
            for _ in range(3):
                client.call(get, SERVER, 20.0)
                time.sleep(0.3)
            trickled = [slow.start(trickle, SERVER, 8) for _ in range(4)]
            time.sleep(1)
            waiting = [client.start(get, SERVER, 20.0) for _ in range(4)]
            for task in trickled + waiting:
                task.result()
            for _ in range(2):
                client.call(get, SERVER, 20.0)
                time.sleep(0.3)
