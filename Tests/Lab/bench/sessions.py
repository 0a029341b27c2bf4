"""A TLS server that is asked again and again with the newest session: what group b shares."""

import contextlib
import os
import time

from kit import clients, servers, services
from kit.lab import run

from .incident import Incident

SERVER = ("198.51.100.10", 8443)
TARGET = f"tls://{SERVER[0]}:{SERVER[1]}"
CASE = "tls-session-invalidated-by-missing-close-notify"
JAVA_SERVER = os.path.join(os.path.dirname(os.path.abspath(services.__file__)), "..", "programs",
                           "SessionServer.java")
STRICT = ("-Dcom.sun.net.ssl.requireCloseNotify=true",
          "-Djdk.tls.server.enableSessionTicketExtension=false")


def for_ever(*arguments):
    """A series of connections after the other until the process is ended."""
    while True:
        try:
            clients.session_series(*arguments)
        except OSError:
            time.sleep(0.2)


class Sessions(Incident):
    """One switch with a server and a client; further servers where a farm is wanted."""

    group = "b"
    topology = "one switch: server 198.51.100.10, client 198.51.100.21"
    symptoms = ("cpu-high-little-traffic", "began-after-app-change")
    closes = "cucucucucucuc"
    """How the client ends its connections: see `kit.clients.session_series`."""
    version = clients.ssl.TLSVersion.TLSv1_2
    tickets = False
    more = ()
    """Names of further hosts: .11, .12 …"""

    def build(self, lab):
        """The network and the server."""
        self.lab = lab
        names = ("server", "client", *self.more)
        self.hosts = dict(zip(names, (lab.host(name) for name in names)))
        lab.lan("switch", [(self.hosts[name], "eth0", f"198.51.100.{last}/24")
                           for name, last in zip(names, (10, 21, 11, 12))])
        self.server, self.client = self.hosts["server"], self.hosts["client"]
        self.pair = services.certificate(lab, "shop.example.com", "rsa2048")
        self.process = self.serve()

    def points(self):
        """The server's interface."""
        return {"server": (self.server, "eth0")}

    def workload(self):
        """One series of connections."""
        self.client.call(clients.session_series, *self.series())

    def series(self):
        """The arguments of the series."""
        return SERVER, self.closes, self.version, self.tickets, 0.3

    @contextlib.contextmanager
    def trouble(self):
        """Series after series."""
        task = self.client.start(for_ever, *self.series())
        yield
        task.stop()

    def look(self):
        """On the server."""
        return self.server, ("--port", SERVER[1], "--process", self.process.pid, "--watch", 6)

    def ask(self):
        """From the client."""
        return self.client, (TARGET,)


def java(bench, *options):
    """The Java server with these properties; returns its process."""
    store = bench.lab.path(f"store-{bench.lab.serial()}.p12")
    run("openssl", "pkcs12", "-export", "-in", bench.pair[0], "-inkey", bench.pair[1], "-out",
        store, "-passout", "pass:replay")
    process = bench.server.spawn("java", "-Xmx128m", "-XX:TieredStopAtLevel=1", *options,
                                 os.path.abspath(JAVA_SERVER), *SERVER, store, "replay")
    bench.server.listening(SERVER[1], 120)
    return process


def stunnel(bench, settings):
    """stunnel before a small web server; returns its process."""
    bench.server.start(servers.serve_http, ("127.0.0.1", 8080))
    bench.server.listening(8080)
    return services.stunnel(bench.server, SERVER[1], "127.0.0.1:8080", bench.pair, settings)


def nginx(host, pair, settings):
    """nginx with these ssl_ settings on the server's port; returns its process."""
    return services.nginx(
        host, f"server {{ listen {SERVER[1]} ssl; ssl_certificate {pair[0]}; "
        f"ssl_certificate_key {pair[1]}; {settings} location / {{ return 200 'ok'; }} }}",
        SERVER[1])


def checker(bench, number=40, inter=300, more=""):
    """HAProxy on the client with so many checked servers, all of them the one; its stats socket."""
    socket = bench.lab.path(f"haproxy-{bench.lab.serial()}.sock")
    lines = "".join(
        f"  server s{index} {SERVER[0]}:{SERVER[1]} check check-ssl verify none force-tlsv12 "
        f"no-tls-tickets inter {inter}\n" for index in range(number))
    process = services.haproxy(
        bench.client, f"listen shop\n  mode tcp\n  bind 127.0.0.1:9000\n{more}{lines}", 9000,
        f"stats socket {socket} mode 600 level admin")
    return process, socket
