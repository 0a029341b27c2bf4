"""Held out: traffic without a fault, of other programs, with much that looks odd."""

import time

from kit import clients, heldout, services
from kit.capture import Capture
from kit.heldout import apache, done, java, lan, spread
from kit.lab import Lab
from kit.scenario import Heldout, scenario

HELLO, SERVER_HELLO = "tls.handshake.type == 1", "tls.handshake.type == 2"
TOPOLOGY = "one switch: server 172.25.1.10, clients 172.25.1.11 and .12"


def healthy(file, shows, *checks):
    """A capture that belongs to no case."""
    return Heldout("healthy", file, "not-confirmed", shows, "", checks)


def network(lab):
    """A server and two clients."""
    return lan(lab, "172.25.1.", ("server", "one", "two"))


def curl(host, *arguments):
    """curl, not waited for."""
    return host.spawn("curl", "-sk", "-o", "/dev/null", "-m", 20, *arguments)


def nginx(lab, server, options="", listen="443 ssl"):
    """nginx over TLS."""
    pair = services.certificate(lab)
    services.nginx(server, f"server {{ listen {listen}; ssl_certificate {pair[0]}; "
                   f"ssl_certificate_key {pair[1]}; {options} location / {{ return 200 'ok'; }} }}",
                   443)


@scenario("heldout-healthy-apache",
          [healthy("apache-https-keepalive.pcap", "Apache, TLS, several pages on kept connections "
                   "that Apache closes after 2 s of rest.", (HELLO, 6, 6), (SERVER_HELLO, 6, 6))],
          "Apache (KeepAliveTimeout 2); curl and Python; tcpdump", TOPOLOGY, 15)
def healthy_apache(path):
    """See the README entry."""
    with Lab("h-apache") as lab:
        server, one, two = network(lab)
        pair = services.certificate(lab)
        apache(server, "Listen 443\nKeepAlive On\nKeepAliveTimeout 2\n<VirtualHost *:443>\n"
               f"SSLEngine on\nSSLCertificateFile {pair[0]}\nSSLCertificateKeyFile {pair[1]}\n"
               "</VirtualHost>\nDirectoryIndex index.html", 443, ("ssl", "dir"))
        url = "https://172.25.1.10/"
        with Capture(server, "eth0", path):
            kept = [two.start(rest_on, ("172.25.1.10", 443), 3.0) for _ in range(2)]
            for _ in range(4):
                curl(one, url, "-o", "/dev/null", url).wait(20)
                time.sleep(0.5)
            for task in kept:
                task.result()


def rest_on(address, seconds):
    """Two pages, then rest until the server has closed, then close."""
    with clients.tls_context().wrap_socket(clients.connect(address)) as link:
        clients.http_exchange(link)
        clients.http_exchange(link)
        time.sleep(seconds)


@scenario("heldout-healthy-node",
          [healthy("node-https-sessions.pcapng", "node server, node clients: sessions are offered "
                   "and accepted; a second client keeps one connection.", (HELLO, 9, 9))],
          "node (`programs/site.mjs`, `programs/visits.mjs`); dumpcap", TOPOLOGY, 15)
def healthy_node(path):
    """See the README entry."""
    with Lab("h-hnode") as lab:
        server, one, two = network(lab)
        cert, key = services.certificate(lab)
        server.spawn("node", heldout.program("site.mjs"), "172.25.1.10", 8443, key, cert)
        server.listening(8443)
        url, visits = "https://172.25.1.10:8443/", heldout.program("visits.mjs")
        with Capture(server, "eth0", path):
            done([one.spawn("node", visits, url, 8, 250, "offer"),
                  two.spawn("node", visits, url, 12, 200, "keep")])


@scenario("heldout-healthy-checks",
          [healthy("haproxy-two-kinds-of-checks.pcap", "HAProxy checks one backend by TCP connect "
                   "(closed at once by RST, every 0.5 s) and one by HTTP over TLS, and passes some "
                   "requests.", (HELLO, 8, 40))],
          "haproxy (`check`, `option httpchk`); nginx; curl; tcpdump on the server",
          TOPOLOGY + " (HAProxy on .11)", 15)
def healthy_checks(path):
    """See the README entry."""
    with Lab("h-hcheck") as lab:
        server, one, two = network(lab)
        nginx(lab, server)
        with Capture(server, "eth0", path):
            services.haproxy(one, "listen a\n  mode tcp\n  bind :9001\n  server s "
                             "172.25.1.10:443 check inter 500\nlisten b\n  bind :9002\n"
                             "  option httpchk GET /\n  server s 172.25.1.10:443 ssl verify none "
                             "check inter 900\n", 9002)
            for _ in range(4):
                curl(two, "https://172.25.1.11:9001/").wait(20)
                curl(two, "http://172.25.1.11:9002/").wait(20)
                time.sleep(1.6)


@scenario("heldout-healthy-java",
          [healthy("java-client-keepalive.pcap", "A Java HttpClient with one kept connection and "
                   "pauses of 1.5 s; nginx closes it at the end.",
                   ("http.response.code == 200", 8, 8))],
          "JDK 17 HttpClient (`programs/Fetch.java`); nginx; tcpdump on the client", TOPOLOGY, 25)
def healthy_java(path):
    """See the README entry."""
    with Lab("h-hjava") as lab:
        server, one, _ = network(lab)
        services.nginx(server, "server { listen 80; location / { return 200 'ok'; } }", 80)
        with Capture(one, "eth0", path):
            java(one, "Fetch", "http://172.25.1.10/", 8, 1500, 5000).wait(60)


@scenario("heldout-healthy-http2",
          [healthy("http2-streams.pcapng", "HTTP/2: twelve streams on one connection, then six "
                   "side by side on another, then four connections.", (HELLO, 6, 6))],
          "nginx (http2); curl --http2 --parallel; dumpcap", TOPOLOGY, 15)
def healthy_http2(path):
    """See the README entry."""
    with Lab("h-h2") as lab:
        server, one, two = network(lab)
        nginx(lab, server, listen="443 ssl http2")
        url = "https://172.25.1.10/"
        with Capture(server, "eth0", path):
            one.spawn("curl", "-sk", "--http2", f"{url}[1-12]").wait(20)
            two.spawn("curl", "-sk", "--http2", "--parallel", "--parallel-max", 6,
                      f"{url}[1-6]").wait(20)
            done(spread(lambda: curl(two, "--http2", url), 4, 0.2))


def browser(address, name):
    """Six connections at once as browsers make; one of them is never used (preconnect)."""
    context = clients.tls_context()
    spare = clients.connect(address)
    links = [context.wrap_socket(clients.connect(address), server_hostname=name)
             for _ in range(5)]
    for number in range(2):
        for link in links:
            clients.http_exchange(link, name, f"/img/{number}")
        time.sleep(0.4)
    time.sleep(4)
    spare.close()
    for link in links:
        link.close()


@scenario("heldout-healthy-browser",
          [healthy("browser-parallel-and-preconnect.pcap", "Two browser-like clients: five TLS "
                   "connections side by side, used again and again, and a sixth that is opened "
                   "ahead and never used, closed after 5 s without a byte. Others are served in "
                   "milliseconds meanwhile.", (HELLO, 13, 13), (SERVER_HELLO, 13, 13))],
          "Python clients; nginx; curl; tcpdump on the server", TOPOLOGY, 20)
def healthy_browser(path):
    """See the README entry."""
    with Lab("h-browser") as lab:
        server, one, two = network(lab)
        nginx(lab, server)
        with Capture(server, "eth0", path):
            tasks = [host.start(browser, ("172.25.1.10", 443), "www.example.com")
                     for host in (one, two) if not time.sleep(0.3)]
            time.sleep(1)
            done(spread(lambda: curl(two, "https://172.25.1.10/"), 3, 1.5))
            for task in tasks:
                task.result()


@scenario("heldout-healthy-long-poll",
          [healthy("long-poll-8s.pcap", "Four long polls, each answered after 8 s, again and "
                   "again; short requests in between are quick.",
                   ("http.response.code == 200", 12, 12))],
          "node (`programs/site.mjs`); curl; tcpdump on the client", TOPOLOGY, 25)
def healthy_long_poll(path):
    """See the README entry."""
    with Lab("h-poll") as lab:
        server, one, two = network(lab)
        server.spawn("node", heldout.program("site.mjs"), "172.25.1.10", 8080)
        server.listening(8080)
        url = "http://172.25.1.10:8080"
        with Capture(server, "eth0", path):
            polls = spread(lambda: curl(one, f"{url}/wait/8000", "-o", "/dev/null",
                                        f"{url}/wait/8000"), 4, 0.5)
            done(spread(lambda: curl(two, f"{url}/"), 4, 2.5) + polls)


@scenario("heldout-healthy-ssh-like",
          [healthy("idle-line-connections.pcap", "Interactive sessions in clear: the server speaks "
                   "first, the user types now and then, one session rests for 12 s without a byte "
                   "and goes on; all end with FIN.", ("tcp.flags.syn == 1 && tcp.flags.ack == 0",
                                                     4, 4))],
          "ncat as server and client; tcpdump", TOPOLOGY, 25)
def healthy_interactive(path):
    """See the README entry."""
    with Lab("h-line") as lab:
        server, one, two = network(lab)
        server.spawn("ncat", "-lk", "172.25.1.10", 2323, "--sh-exec",
                     "echo 220 ready; exec cat -u")
        server.listening(2323)
        line = "(%s) | ncat -i 20 172.25.1.10 2323"
        with Capture(server, "eth0", path):
            done([host.spawn("sh", "-c", line % script) for host, script in (
                (one, "echo a; sleep 2; echo b; sleep 1"),
                (two, "echo a; sleep 12; echo b; sleep 1"),
                (one, "sleep 1; echo c; sleep 4; echo d; sleep 4; echo e"),
                (two, "echo z; sleep 5; echo z"))])
