"""Held out: accept loops held by a silent client, in other programs; a stopped Java process."""

import signal
import socket
import ssl
import threading
import time

from kit import clients, heldout, services
from kit.capture import Capture
from kit.heldout import done, java, lan, spread, try_tls
from kit.lab import Lab
from kit.scenario import Heldout, scenario

CASE = "blocking-tls-accept-held-by-silent-client"
HUNG = "listener-process-hung"
HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"


def curl(host, url, limit=20):
    """curl with a deadline, not waited for."""
    return host.spawn("curl", "-sk", "-o", "/dev/null", "-m", limit, url)


def java_loop(lab, host, address, port):
    """The Java accept loop, started and listening."""
    store = heldout.keystore(lab, services.certificate(lab, "directory.example.com", "rsa2048"))
    process = java(host, "HandshakeLoop", address, port, store, "heldout")
    host.listening(port, 60)
    return process


@scenario(
    "heldout-accept-java",
    [Heldout(CASE, "java-loop-ncat-8s.pcap", "confirmed",
             "A Java server on port 636 with startHandshake() in its accept loop. Two requests are "
             "quick; 192.0.2.12 opens a connection with ncat and says nothing for 8 s. A curl, an "
             "openssl s_client and a Python client come meanwhile: hello acknowledged, no answer, "
             "all answered within milliseconds of ncat's FIN. Captured on the server.",
             "", ((HELLO, 6, 6), (SERVER_HELLO, 6, 6),
                  ("ip.src == 192.0.2.12 && tcp.len > 0", 0, 0)))],
    "OpenJDK 17 (`programs/HandshakeLoop.java`); ncat; curl, openssl s_client, Python; tcpdump",
    "one switch: server 192.0.2.10, clients 192.0.2.11, ncat on 192.0.2.12", 25)
def accept_java(path):
    """See the README entry."""
    with Lab("h-java") as lab:
        server, client, quiet = lan(lab, "192.0.2.", ("server", "client", "quiet"))
        java_loop(lab, server, "192.0.2.10", 636)
        url = "https://192.0.2.10:636/"
        with Capture(server, "eth0", path):
            done(spread(lambda: curl(client, url), 2, 0.8))
            holder = quiet.spawn("timeout", 8, "ncat", "192.0.2.10", 636, "--recv-only")
            time.sleep(1.3)
            waiting = [curl(client, url)]
            time.sleep(1.9)
            waiting.append(client.spawn("timeout", 15, "openssl", "s_client", "-connect",
                                        "192.0.2.10:636", "-quiet"))
            time.sleep(0.7)
            line = client.start(clients.line_over_tls, ("192.0.2.10", 636), 15.0)
            holder.wait(20)
            assert waiting[0].wait(20) == 0
            line.result()
            time.sleep(0.6)
            curl(client, url).wait(20)
            time.sleep(0.3)


@scenario(
    "heldout-accept-ruby",
    [Heldout(CASE, "ruby-mtls-stalled-four-times.pcapng", "confirmed",
             "Ruby's OpenSSL::SSL::SSLServer with client certificates, IPv6. A monitor connects "
             "four times for 2.2 s each, 5 s apart, without a byte; license clients come once "
             "within and once outside of each. Those within wait for the monitor's FIN, those "
             "outside are answered at once. Captured on the server, pcapng.",
             "", ((HELLO, 9, 9), (SERVER_HELLO, 9, 9),
                  ("ipv6.src == 2001:db8:a1::12 && tcp.len > 0", 0, 0)))],
    "Ruby (`programs/accept.rb`); Python ssl clients with a certificate; dumpcap",
    "one switch: server 2001:db8:a1::10, client …::11, monitor …::12", 30)
def accept_ruby(path):
    """See the README entry."""
    with Lab("h-ruby") as lab:
        server, client, monitor = lan(lab, "2001:db8:a1::", ("server", "client", "monitor"))
        authority = services.certificate(lab, "ca.example.com")
        pair = services.certificate(lab, "license.example.com", "ec", authority)
        own = services.certificate(lab, "seat.example.com", "ec", authority, "clientAuth")
        address = ("2001:db8:a1::10", 41000)
        server.spawn("ruby", heldout.program("accept.rb"), *address, *pair, authority[0])
        server.listening(address[1], 30)
        with Capture(server, "eth0", path):
            client.call(license_line, address, own)
            begin = time.monotonic()
            tasks = []
            for number in range(4):
                for second, task in ((0.0, (monitor, clients.silent, address, 2.2)),
                                     (0.5 + 0.2 * number, (client, license_line, address, own)),
                                     (3.4, (client, license_line, address, own))):
                    time.sleep(max(0.0, begin + 5 * number + second - time.monotonic()))
                    tasks.append(task[0].start(*task[1:]))
            results = [task.result() for task in tasks]
            assert not any(isinstance(value, str) for value in results), results


def license_line(address, own):
    """Handshake with a client certificate, a line, an answer."""
    context = clients.tls_context()
    context.load_cert_chain(*own)
    with context.wrap_socket(clients.connect(address)) as link:
        link.sendall(b"CHECKOUT seat-7\n")
        link.recv(100)


def stall_in_handshake(address, seconds):
    """Send a whole ClientHello, read nothing, stay, leave: a client that died in mid-handshake."""
    context = clients.tls_context(ssl.TLSVersion.TLSv1_2)
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(coming, going, server_hostname="mail.example.com")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    with clients.connect(address) as link:
        link.sendall(going.read())
        time.sleep(seconds)


@scenario(
    "heldout-accept-perl",
    [Heldout(CASE, "perl-stalled-after-hello.pcap", "any",
             "Perl's IO::Socket::SSL, which handshakes inside accept(), TLS 1.2. The holder is not "
             "silent: it sends its whole ClientHello, gets the server's flight, and stops there "
             "for 6.5 s. Three later clients wait with acknowledged hellos and are answered when "
             "it leaves. Captured on the server.",
             "", ((HELLO, 6, 6), (SERVER_HELLO, 6, 6)))],
    "Perl (`programs/accept.pl`); Python clients; tcpdump",
    "one switch: server 198.51.100.10, client 198.51.100.11, stalled client 198.51.100.12", 20)
def accept_perl(path):
    """See the README entry."""
    with Lab("h-perl") as lab:
        server, client, stalled = lan(lab, "198.51.100.", ("server", "client", "stalled"))
        address = ("198.51.100.10", 465)
        server.spawn("perl", heldout.program("accept.pl"), *address,
                     *services.certificate(lab, "mail.example.com"))
        server.listening(address[1])
        with Capture(server, "eth0", path):
            client.call(clients.line_over_tls, address)
            holder = stalled.start(stall_in_handshake, address, 6.5)
            time.sleep(0.9)
            tasks = spread(lambda: client.start(clients.line_over_tls, address), 3, 1.1)
            holder.result()
            assert all(2 < task.result() < 7 for task in tasks)
            time.sleep(0.7)
            client.call(clients.line_over_tls, address)


@scenario(
    "heldout-hung-java",
    [Heldout(HUNG, "java-stopped.pcapng", "likely",
             "The same Java server, stopped (SIGSTOP) after three requests. Eight hellos of two "
             "clients are acknowledged and never answered to the end; nobody is silent before "
             "them. Captured on the server, pcapng.",
             "", ((HELLO, 11, 11), (SERVER_HELLO, 3, 3)))],
    "OpenJDK 17 (`programs/HandshakeLoop.java`), kill -STOP; curl; dumpcap",
    "one switch: server 192.0.2.10, clients 192.0.2.11 and .12", 25)
def hung_java(path):
    """See the README entry."""
    with Lab("h-stop") as lab:
        server, one, two = lan(lab, "192.0.2.", ("server", "one", "two"))
        process = java_loop(lab, server, "192.0.2.10", 9443)
        url = "https://192.0.2.10:9443/"
        with Capture(server, "eth0", path):
            for host in (one, two, one):
                curl(host, url).wait(20)
            process.send_signal(signal.SIGSTOP)
            running = []
            for number in range(8):
                running.append(curl((one, two)[number % 2], url, 5))
                time.sleep(0.7)
            done(running)


@scenario(
    "heldout-hung-http",
    [Heldout(HUNG, "clear-http-stopped.pcap", "any",
             "No TLS: node's web server is stopped after six quick answers. Every connection "
             "opens, every request is acknowledged, none is answered; clients of two hosts leave "
             "after 3 s. Captured on the server.",
             "", (("http.request", 15, 15), ("http.response.code == 200", 6, 6)))],
    "node (`programs/site.mjs`), kill -STOP; curl -m 3; tcpdump",
    "one switch: server 203.0.113.10, clients 203.0.113.11 and .12", 20)
def hung_http(path):
    """See the README entry."""
    with Lab("h-stop2") as lab:
        server, one, two = lan(lab, "203.0.113.", ("server", "one", "two"))
        process = server.spawn("node", heldout.program("site.mjs"), "203.0.113.10", 8081)
        server.listening(8081)
        url = "http://203.0.113.10:8081/"
        with Capture(server, "eth0", path):
            for number in range(6):
                curl((one, two)[number % 2], url).wait(20)
                time.sleep(0.3)
            process.send_signal(signal.SIGSTOP)
            running = []
            for number in range(9):
                running.append(curl((one, two)[number % 2], url, 3))
                time.sleep(0.6)
            done(running)


def slow_handshake(address, pair, seconds):
    """A server that does each handshake in a thread, after a constant pause."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(address)

    def serve(raw):
        time.sleep(seconds)
        with context.wrap_socket(raw, server_side=True) as link:
            link.sendall(link.recv(100))
            link.unwrap()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


@scenario(
    "heldout-slow-constant",
    [Heldout("healthy", "slow-server-constant-3s.pcap", "not-confirmed",
             "Not healthy but of no case here: a server that takes 3.0 s before each ServerHello, "
             "whoever else is connected; seven clients, some at the same time, one of them with a "
             "silent neighbour for 2 s that makes no difference.",
             "", ((HELLO, 7, 7), (SERVER_HELLO, 7, 7)))],
    "a Python server with a thread and a pause for each connection; Python clients; tcpdump",
    "one switch: server 192.0.2.10, client 192.0.2.11, silent client 192.0.2.12", 20)
def slow_constant(path):
    """See the README entry."""
    with Lab("h-slow") as lab:
        server, client, quiet = lan(lab, "192.0.2.", ("server", "client", "quiet"))
        address = ("192.0.2.10", 5671)
        server.start(slow_handshake, address, services.certificate(lab), 3.0)
        server.listening(address[1])
        with Capture(server, "eth0", path):
            tasks = spread(lambda: client.start(try_tls, address, 9.0), 3, 0.4)
            tasks.append(quiet.start(clients.silent, address, 2.0))
            tasks += spread(lambda: client.start(try_tls, address, 9.0), 4, 1.3)
            for task in tasks:
                task.result()
