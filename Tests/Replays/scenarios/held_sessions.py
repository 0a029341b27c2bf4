"""Held out: sessions lost by unclean closes, farms, servers and clients without sessions."""

import ssl
import time

from kit import clients, heldout, servers, services
from kit.capture import Capture
from kit.heldout import apache, java, lan
from kit.lab import Lab
from kit.scenario import Heldout, scenario

CASE = "tls-session-invalidated-by-missing-close-notify"
FARM = "session-resumption-state-not-shared-across-farm"
KEEPS_NONE = "server-keeps-no-tls-sessions"
NEVER = "tls-client-never-offers-session"
HELLO, CERTIFICATE = "tls.handshake.type == 1", "tls.handshake.type == 11"
OFFER = "tls.handshake.type == 1 && tls.handshake.session_id_length == 32"
PSK_OFFER = "tls.handshake.type == 1 && tls.handshake.extension.type == 41"
PSK_TAKEN = "tls.handshake.type == 2 && tls.handshake.extension.type == 41"
NO_TICKETS = "-Djdk.tls.client.enableSessionTicketExtension=false"


@scenario(
    "heldout-sessions-java-pair",
    [Heldout(CASE, "java-client-java-server.pcap", "confirmed",
             "Client and server in Java 17, TLS 1.2 with session ids; the server requires "
             "close_notify. Fifteen connections in an irregular order: after a clean close the "
             "offered session is resumed, after one without close_notify (FIN only) it is refused. "
             "Captured on the client.",
             "", ((HELLO, 15, 15), (CERTIFICATE, 9, 9), (OFFER, 14, 14)))],
    "OpenJDK 17 (`programs/HandshakeLoop.java` with requireCloseNotify and without tickets, "
    "`programs/SessionClient.java`); tcpdump",
    "one switch: server 198.51.100.20, client 198.51.100.21", 30)
def sessions_java_pair(path):
    """See the README entry."""
    with Lab("h-pair") as lab:
        server, client = lan(lab, "198.51.100.", ("server", "client"), 20)
        store = heldout.keystore(lab, services.certificate(lab, kind="rsa2048"))
        java(server, "HandshakeLoop", "198.51.100.20", 7443, store, "heldout", options=(
            "-Dcom.sun.net.ssl.requireCloseNotify=true",
            "-Djdk.tls.server.enableSessionTicketExtension=false"))
        server.listening(7443, 60)
        with Capture(client, "eth0", path):
            process = java(client, "SessionClient", "198.51.100.20", 7443, "ccuuucuccuucuuc", 400,
                           options=("-Djdk.tls.client.protocols=TLSv1.2", NO_TICKETS))
            assert process.wait(90) == 0


@scenario(
    "heldout-sessions-haproxy-rst",
    [Heldout(CASE, "haproxy-resets-tls13.pcapng", "confirmed",
             "HAProxy as TLS server without tickets, TLS 1.3, IPv6. A client that ends some of its "
             "fifteen connections with close_notify and others with RST: the offer after a RST is "
             "refused, the one after a clean close is accepted. Captured on the server, pcapng.",
             "", ((HELLO, 15, 15), (PSK_OFFER, 14, 14), (PSK_TAKEN, 6, 8)))],
    "haproxy (`no-tls-tickets`) before a Python server; Python ssl client; dumpcap",
    "one switch: server 2001:db8:b2::20, client 2001:db8:b2::21", 20)
def sessions_haproxy_rst(path):
    """See the README entry."""
    with Lab("h-hap") as lab:
        server, client = lan(lab, "2001:db8:b2::", ("server", "client"), 20)
        haproxy_tls(lab, server, services.certificate(lab), "[2001:db8:b2::20]:443",
                    "no-tls-tickets")
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, ("2001:db8:b2::20", 443),
                                  "ccrrccrrrccrcrc", ssl.TLSVersion.TLSv1_3, True, 0.45)
        assert outcome.count("R") >= 6, outcome


def haproxy_tls(lab, host, pair, bind, options):
    """HAProxy as TLS server before a Python web server on the same host."""
    host.start(servers.serve_http, ("127.0.0.1", 8080))
    host.listening(8080)
    both = lab.path(f"both-{lab.serial()}.pem")
    with open(both, "w") as out:
        for name in pair:
            with open(name) as part:
                out.write(part.read())
    services.haproxy(host, f"frontend shop\n  bind {bind} ssl crt {both} {options}\n"
                     "  default_backend local\nbackend local\n  server s 127.0.0.1:8080\n", 443)


@scenario(
    "heldout-sessions-two-clients",
    [Heldout(CASE, "stunnel-clean-and-unclean-client.pcap", "likely",
             "stunnel, TLS 1.2 session ids. Client .21 always ends with close_notify and is "
             "resumed nine times of nine; client .22, the same program, always ends with a bare "
             "FIN and is refused nine times of nine. Each client alone shows one kind of close "
             "only. Captured on the server.",
             "", ((HELLO, 20, 20), (CERTIFICATE, 11, 11), (OFFER, 18, 18)))],
    "stunnel (NO_TICKET) before a Python server; Python ssl clients; tcpdump",
    "one switch: server 172.21.4.20, clients 172.21.4.21 and .22", 20)
def sessions_two_clients(path):
    """See the README entry."""
    with Lab("h-two") as lab:
        server, one, two = lan(lab, "172.21.4.", ("server", "one", "two"), 20)
        server.start(servers.serve_http, ("127.0.0.1", 8080))
        server.listening(8080)
        services.stunnel(server, 995, "127.0.0.1:8080", services.certificate(lab),
                         "sslVersionMax = TLSv1.2\noptions = NO_TICKET")
        with Capture(server, "eth0", path):
            tasks = [host.start(clients.session_series, ("172.21.4.20", 995), close * 10,
                                ssl.TLSVersion.TLSv1_2, False, 0.6)
                     for host, close in ((one, "c"), (two, "u"))]
            outcomes = [task.result() for task in tasks]
        assert outcomes == ["F" + "R" * 9, "F" * 10], outcomes


@scenario(
    "heldout-farm-haproxy",
    [Heldout(FARM, "two-haproxy-tickets.pcap", "likely",
             "Two HAProxy with ticket keys of their own behind one address, which a router gives "
             "to one or the other by chance. TLS 1.3, clean closes throughout: some offers are "
             "accepted and some refused. Captured on the client.",
             "", ((HELLO, 18, 18), (PSK_OFFER, 17, 17), (PSK_TAKEN, 4, 13)))],
    "nftables (`dnat to numgen random`) before two haproxy; Python ssl client; tcpdump",
    "client 172.22.1.10 - router (address translation) - haproxy 172.22.2.81 and .82", 20)
def farm_haproxy(path):
    """See the README entry."""
    farm(path, ssl.TLSVersion.TLSv1_3, True, "")


@scenario(
    "heldout-farm-haproxy-tls12",
    [Heldout(FARM, "two-haproxy-session-ids.pcap", "likely",
             "The same with session ids, TLS 1.2, each HAProxy with its own cache.",
             "", ((HELLO, 18, 18), (OFFER, 17, 17), (CERTIFICATE, 5, 14)))],
    "as two-haproxy-tickets, `no-tls-tickets`, TLS 1.2", "as two-haproxy-tickets", 20)
def farm_haproxy_tls12(path):
    """See the README entry."""
    farm(path, ssl.TLSVersion.TLSv1_2, False, "no-tls-tickets")


def farm(path, version, tickets, options):
    """One address translated to two HAProxy by chance."""
    with Lab("h-farm") as lab:
        client, router = lab.host("client"), lab.host("router").router()
        lab.link(client, "eth0", "172.22.1.10/24", router, "eth0", "172.22.1.1/24")
        members = [lab.host(name) for name in ("one", "two")]
        lab.lan("inside", [(router, "eth1", "172.22.2.1/24"),
                           *((host, "eth0", f"172.22.2.{81 + number}/24")
                             for number, host in enumerate(members))])
        pair = services.certificate(lab)
        for host in members:
            host.ip("route add default via 172.22.2.1")
            haproxy_tls(lab, host, pair, ":443", options)
        router.nft("table ip pick {\nchain c {\ntype nat hook prerouting priority -100;\n"
                   "ip daddr 172.22.1.1 tcp dport 443 dnat to numgen random mod 2 map "
                   "{ 0 : 172.22.2.81, 1 : 172.22.2.82 }\n}\n}\n")
        with Capture(client, "eth0", path):
            outcome = client.call(clients.session_series, ("172.22.1.1", 443), "c" * 18, version,
                                  tickets, 0.25)
        if not 4 <= outcome[1:].count("F") <= 13:
            raise RuntimeError(f"chance gave {outcome}: run it again")


@scenario(
    "heldout-none-apache",
    [Heldout(KEEPS_NONE, "apache-cache-none.pcap", "any",
             "Apache with SSLSessionCache none and tickets off, TLS 1.2. Every handshake of a "
             "willing client is full, after clean and unclean closes alike.",
             "", ((HELLO, 11, 11), (CERTIFICATE, 11, 11)))],
    "Apache (SSLSessionCache none, SSLSessionTickets off); Python ssl client; tcpdump",
    "one switch: server 172.23.1.10, client 172.23.1.11", 20)
def none_apache(path):
    """See the README entry."""
    with Lab("h-none") as lab:
        server, client = lan(lab, "172.23.1.", ("server", "client"))
        pair = services.certificate(lab)
        apache(server, "Listen 443\nKeepAlive On\nSSLSessionCache none\n<VirtualHost *:443>\n"
               f"SSLEngine on\nSSLProtocol TLSv1.2\nSSLSessionTickets off\n"
               f"SSLCertificateFile {pair[0]}\nSSLCertificateKeyFile {pair[1]}\n</VirtualHost>\n"
               "DirectoryIndex index.html", 443, ("ssl", "dir"))
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, ("172.23.1.10", 443), "ccuccuucccc",
                                  ssl.TLSVersion.TLSv1_2, False, 0.3)
        assert set(outcome) == {"F"}, outcome


@scenario(
    "heldout-none-node",
    [Heldout(KEEPS_NONE, "node-no-tickets.pcapng", "likely",
             "node's https server, TLS 1.2 without tickets: it hands out session ids and keeps "
             "none. A node client with a session cache closes cleanly each time and offers its "
             "session; twelve full handshakes. Captured on the client, pcapng.",
             "", ((HELLO, 12, 12), (CERTIFICATE, 12, 12), (OFFER, 11, 11)))],
    "node (`programs/site.mjs`, `programs/visits.mjs`); dumpcap",
    "one switch: server 172.23.2.10, client 172.23.2.11", 20)
def none_node(path):
    """See the README entry."""
    with Lab("h-node") as lab:
        server, client = lan(lab, "172.23.2.", ("server", "client"))
        cert, key = services.certificate(lab)
        server.spawn("node", heldout.program("site.mjs"), "172.23.2.10", 8444, key, cert, "TLSv1.2")
        server.listening(8444)
        with Capture(client, "eth0", path):
            process = client.spawn("node", heldout.program("visits.mjs"),
                                   "https://172.23.2.10:8444/", 12, 300, "offer", "TLSv1.2")
            assert process.wait(40) == 0
            time.sleep(0.3)


@scenario(
    "heldout-never-node",
    [Heldout(NEVER, "node-client-without-cache.pcap", "likely",
             "A node client with maxCachedSessions 0 visits nginx ten times, TLS 1.3. The server "
             "gives tickets; no hello offers one. Captured on the client.",
             "", ((HELLO, 10, 10), (PSK_OFFER, 0, 0)))],
    "node (`programs/visits.mjs` never); nginx; tcpdump",
    "one switch: server 172.23.3.10, client 172.23.3.11", 15)
def never_node(path):
    """See the README entry."""
    with Lab("h-never") as lab:
        server, client = lan(lab, "172.23.3.", ("server", "client"))
        pair = services.certificate(lab)
        services.nginx(server, f"server {{ listen 443 ssl; ssl_certificate {pair[0]}; "
                       f"ssl_certificate_key {pair[1]}; location / {{ return 200 'ok'; }} }}", 443)
        with Capture(client, "eth0", path):
            process = client.spawn("node", heldout.program("visits.mjs"), "https://172.23.3.10/",
                                   10, 350, "never")
            assert process.wait(40) == 0
            time.sleep(0.3)
