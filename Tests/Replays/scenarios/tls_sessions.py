"""TLS sessions lost by unclean closes, and the other reasons for full handshakes."""

import os
import ssl
import time

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab, run
from kit.scenario import Replay, scenario

CASE = "tls/tls-session-invalidated-by-missing-close-notify"
FARM = "tls/session-resumption-state-not-shared-across-farm"
KEEPS_NONE = "tls/server-keeps-no-tls-sessions"
NEVER = "client-library/tls-client-never-offers-session"
SERVER = ("10.12.1.10", 8443)
TOPOLOGY = "one switch: server 10.12.1.10, client 10.12.1.21"
PROGRAMS = os.path.join(os.path.dirname(__file__), "..", "programs")
HELLO, CERTIFICATE = "tls.handshake.type == 1", "tls.handshake.type == 11"
ALTERNATE = "cucucucucucuc"
REFUSED = ("capture.tls.no-close-notify-by-client capture.tls.resumption-refused "
           "capture.tls.full-handshakes-mostly")


def network(lab, *more):
    """A server, a client and, when asked for, further servers on one switch."""
    hosts = [lab.host(name) for name in ("server", "client", *more)]
    lab.lan("switch", [(host, "eth0", f"10.12.1.{last}/24")
                       for host, last in zip(hosts, (10, 21, 11, 12))])
    return hosts


def tls_nginx(host, pair, extra, port=8443):
    """nginx that answers "ok" over TLS, with these ssl_ settings."""
    return services.nginx(
        host, f"server {{ listen {port} ssl; ssl_certificate {pair[0]}; "
        f"ssl_certificate_key {pair[1]}; {extra} location / {{ return 200 'ok'; }} }}", port)


@scenario(
    "sessions-stunnel",
    [Replay(CASE, "stunnel-alternating-closes.pcap", "confirmed",
            "TLS 1.2 with session ids. One client makes thirteen connections to stunnel and offers "
            "the newest session each time; it ends them with close_notify and without, by turns. "
            "Of the offers after a clean close six of six are resumed (same id back, no "
            "Certificate), of those after an unclean close six of six are refused (another id, "
            "Certificate).", REFUSED + " capture.tls.resumption-refused-after-unclean-close",
            ((HELLO, 13, 13), (CERTIFICATE, 7, 7),
             ("tls.handshake.type == 1 && tls.handshake.session_id_length == 32", 12, 12)))],
    "stunnel (sslVersionMax = TLSv1.2, NO_TICKET) before a Python HTTP server; Python ssl client "
    "with copied session objects; tcpdump", TOPOLOGY)
def sessions_stunnel(path):
    """See the README entry."""
    with Lab("stunnel") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        server.start(servers.serve_http, ("127.0.0.1", 8080))
        server.listening(8080)
        services.stunnel(server, SERVER[1], "127.0.0.1:8080", pair,
                         "sslVersionMax = TLSv1.2\noptions = NO_TICKET")
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, ALTERNATE)
        assert outcome == "FRFRFRFRFRFRF", outcome


@scenario(
    "sessions-java",
    [Replay(CASE, "java17-require-close-notify.pcapng", "confirmed",
            "Java 17 with com.sun.net.ssl.requireCloseNotify=true and session tickets off, TLS "
            "1.2. Thirteen connections of one client with the newest session: resumed after each "
            "clean close, full after each unclean one.",
            REFUSED + " capture.tls.resumption-refused-after-unclean-close",
            ((HELLO, 13, 13), (CERTIFICATE, 7, 7)))],
    "OpenJDK 17 SSLServerSocket (`Tests/Replays/programs/SessionServer.java`, "
    "-Dcom.sun.net.ssl.requireCloseNotify=true -Djdk.tls.server.enableSessionTicketExtension="
    "false); Python ssl client; dumpcap (pcapng)", TOPOLOGY, 25)
def sessions_java(path):
    """See the README entry."""
    with Lab("java") as lab:
        cert, key = services.certificate(lab)
        store = lab.path("store.p12")
        run("openssl", "pkcs12", "-export", "-in", cert, "-inkey", key, "-out", store,
            "-passout", "pass:replay")
        server, client = network(lab)
        server.spawn("java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
                     "-Dcom.sun.net.ssl.requireCloseNotify=true",
                     "-Djdk.tls.server.enableSessionTicketExtension=false",
                     os.path.join(PROGRAMS, "SessionServer.java"), SERVER[0], SERVER[1], store,
                     "replay")
        server.listening(SERVER[1], 60)
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, ALTERNATE)
        assert outcome == "FRFRFRFRFRFRF", outcome


@scenario(
    "sessions-stunnel-tls13",
    [Replay(CASE, "stunnel-tls13-unclean.pcap", "likely",
            "TLS 1.3, stateful tickets (NO_TICKET): the server keeps the sessions. Ten connections "
            "that all end without close_notify; each offers the newest session (pre_shared_key "
            "in the ClientHello) and none is accepted. Every ServerHello echoes the 32-byte legacy "
            "session id, which means nothing in TLS 1.3. Without one clean close in the file a "
            "server that never resumes looks the same.", REFUSED,
            ((HELLO, 10, 10),
             ("tls.handshake.type == 2 && tls.handshake.extension.type == 41", 0, 0),
             ("tls.handshake.type == 1 && tls.handshake.extension.type == 41", 9, 9)))],
    "stunnel (NO_TICKET) before a Python HTTP server; Python ssl client; tcpdump", TOPOLOGY)
def sessions_stunnel_tls13(path):
    """See the README entry."""
    with Lab("stunnel13") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        server.start(servers.serve_http, ("127.0.0.1", 8080))
        server.listening(8080)
        services.stunnel(server, SERVER[1], "127.0.0.1:8080", pair, "options = NO_TICKET")
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, "u" * 10,
                                  ssl.TLSVersion.TLSv1_3, True)
        assert outcome == "F" * 10, outcome


@scenario(
    "sessions-haproxy-check",
    [Replay(CASE, "haproxy-check-stunnel.pcap", "likely",
            "HAProxy checks stunnel over TLS 1.2 every 600 ms (`check check-ssl`, no HTTP). Each "
            "check finishes the handshake and resets without close_notify; the next one offers "
            "the session and gets a full handshake. Only unclean closes: a server that keeps no "
            "sessions would look the same.", REFUSED + " capture.tcp.check-traffic-dominates",
            ((HELLO, 12, 30), (CERTIFICATE, 12, 30), ("tls.handshake.type == 2", 12, 30),
             ("tls.handshake.type == 1 && tls.handshake.session_id_length == 32", 10, 30)))],
    "haproxy (`check check-ssl force-tlsv12 no-tls-tickets inter 600`); stunnel (TLS 1.2, "
    "NO_TICKET); tcpdump", TOPOLOGY + " (HAProxy runs on the client)")
def sessions_haproxy(path):
    """See the README entry."""
    with Lab("check") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        server.start(servers.serve_http, ("127.0.0.1", 8080))
        services.stunnel(server, SERVER[1], "127.0.0.1:8080", pair,
                         "sslVersionMax = TLSv1.2\noptions = NO_TICKET")
        with Capture(server, "eth0", path):
            services.haproxy(client, f"listen shop\n  mode tcp\n  bind 127.0.0.1:9000\n  server s1 "
                             f"{SERVER[0]}:{SERVER[1]} check check-ssl verify none force-tlsv12 "
                             f"no-tls-tickets inter 600\n", 9000)
            time.sleep(9)


def farm(path, version, tickets, settings, number=16):
    """Two nginx with state of their own behind HAProxy in TCP mode, picked at random."""
    with Lab("farm") as lab:
        pair = services.certificate(lab)
        server, client, one, two = network(lab, "one", "two")
        for backend in (one, two):
            tls_nginx(backend, pair, settings)
        services.haproxy(server, f"listen shop\n  mode tcp\n  balance random\n  bind :{SERVER[1]}\n"
                         "  server one 10.12.1.11:8443\n  server two 10.12.1.12:8443\n", SERVER[1])
        with Capture(client, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, "c" * number, version, tickets,
                                  0.15)
        if not 3 <= outcome[1:].count("F") <= number - 4:
            raise RuntimeError(f"chance gave {outcome}: run it again")


@scenario(
    "sessions-farm-tls12",
    [Replay(FARM, "two-nginx-session-ids.pcap", "likely",
            "TLS 1.2 session ids, one address, behind it two nginx with a session cache each. All "
            "closes are clean, the newest session is always offered; some offers are resumed and "
            "some refused, as the balancer's choice falls.",
            "capture.tls.resumption-refused capture.tls.resumption-refused-after-clean-close",
            ((HELLO, 16, 16), (CERTIFICATE, 4, 13)))],
    "haproxy (mode tcp, balance random) before two nginx (ssl_session_cache shared, tickets off); "
    "Python ssl client; tcpdump on the client",
    TOPOLOGY + ", nginx 10.12.1.11 and 10.12.1.12")
def sessions_farm_tls12(path):
    """See the README entry."""
    farm(path, ssl.TLSVersion.TLSv1_2, False,
         "ssl_session_cache shared:s:1m; ssl_session_tickets off;")


@scenario(
    "sessions-farm-tls13",
    [Replay(FARM, "two-nginx-tickets-tls13.pcap", "likely",
            "TLS 1.3 tickets: two nginx with ticket keys of their own behind one address. Every "
            "ClientHello but the first offers pre_shared_key; only some ServerHellos select it. "
            "Clean closes throughout.",
            "capture.tls.resumption-refused capture.tls.resumption-refused-after-clean-close",
            ((HELLO, 14, 14),
             ("tls.handshake.type == 1 && tls.handshake.extension.type == 41", 13, 13),
             ("tls.handshake.type == 2 && tls.handshake.extension.type == 41", 3, 10)))],
    "haproxy (mode tcp, balance random) before two nginx with default tickets; Python ssl client; "
    "tcpdump on the client", TOPOLOGY + ", nginx 10.12.1.11 and 10.12.1.12")
def sessions_farm_tls13(path):
    """See the README entry."""
    farm(path, ssl.TLSVersion.TLSv1_3, True, "", 14)


def keeps_none(path, settings, closes="cucucucucu"):
    """A client that offers what it has to a server that keeps nothing."""
    with Lab("none") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        tls_nginx(server, pair, settings)
        with Capture(server, "eth0", path):
            outcome = client.call(clients.session_series, SERVER, closes)
        assert set(outcome) == {"F"}, outcome


@scenario(
    "sessions-cache-none",
    [Replay(KEEPS_NONE, "nginx-cache-none.pcap", "likely",
            "TLS 1.2, nginx `ssl_session_cache none`: it hands out session ids but keeps no "
            "session. Nine offers, after clean and unclean closes alike: nine full handshakes.",
            "capture.tls.resumption-refused capture.tls.full-handshakes-mostly "
            "capture.tls.resumption-refused-after-clean-close",
            ((HELLO, 10, 10), (CERTIFICATE, 10, 10),
             ("tls.handshake.type == 1 && tls.handshake.session_id_length == 32", 9, 9),
             ("tls.handshake.type == 2 && tls.handshake.session_id_length == 32", 10, 10)))],
    "nginx (ssl_session_cache none, tickets off); Python ssl client; tcpdump", TOPOLOGY)
def sessions_cache_none(path):
    """See the README entry."""
    keeps_none(path, "ssl_session_cache none; ssl_session_tickets off;")


@scenario(
    "sessions-cache-off",
    [Replay(KEEPS_NONE, "nginx-cache-off.pcap", "not-enough-evidence",
            "TLS 1.2, nginx `ssl_session_cache off`, tickets off: the ServerHello carries no "
            "session id, so the client has nothing to offer and its hellos are empty of it. From "
            "the hellos alone the fault seems to be the client's; the empty ids in the "
            "ServerHellos say that it never got one. No case of a client that never offers may be "
            "confirmed here.", "capture.tls.full-handshakes-mostly",
            ((HELLO, 8, 8), (CERTIFICATE, 8, 8),
             ("tls.handshake.type == 2 && tls.handshake.session_id_length == 0", 8, 8)))],
    "nginx (ssl_session_cache off, tickets off); Python ssl client; tcpdump", TOPOLOGY)
def sessions_cache_off(path):
    """See the README entry."""
    keeps_none(path, "ssl_session_cache off; ssl_session_tickets off;", "cucucucu")


def never_offers(path, flag):
    """curl once a connection: each process begins without a session."""
    with Lab("never") as lab:
        pair = services.certificate(lab)
        server, client = network(lab)
        tls_nginx(server, pair, "ssl_session_cache shared:s:1m;")
        with Capture(server, "eth0", path):
            for _ in range(7):
                client.curl(*flag.split(), f"https://{SERVER[0]}:{SERVER[1]}/")
                time.sleep(0.3)


@scenario(
    "sessions-never-offered-tls12",
    [Replay(NEVER, "curl-tls12.pcap", "likely",
            "Seven curl processes one after the other, TLS 1.2. nginx hands out an id and a ticket "
            "each time; every ClientHello has an empty session id and an empty ticket.",
            "capture.tls.resumption-never-offered capture.tls.full-handshakes-mostly",
            ((HELLO, 7, 7),
             ("tls.handshake.type == 1 && tls.handshake.session_id_length == 0", 7, 7),
             (CERTIFICATE, 7, 7)))],
    "curl --tls-max 1.2; nginx with a session cache; tcpdump", TOPOLOGY)
def sessions_never_tls12(path):
    """See the README entry."""
    never_offers(path, "--tls-max 1.2")


@scenario(
    "sessions-never-offered-tls13",
    [Replay(NEVER, "curl-tls13.pcap", "likely",
            "The same in TLS 1.3: the ClientHellos hold a random 32-byte legacy session id (for "
            "middleboxes), no pre_shared_key. An id in the hello is no offer here.",
            "capture.tls.resumption-never-offered capture.tls.full-handshakes-mostly",
            ((HELLO, 7, 7),
             ("tls.handshake.type == 1 && tls.handshake.session_id_length == 32", 7, 7),
             ("tls.handshake.type == 1 && tls.handshake.extension.type == 41", 0, 0)))],
    "curl; nginx with a session cache; tcpdump", TOPOLOGY)
def sessions_never_tls13(path):
    """See the README entry."""
    never_offers(path, "")
