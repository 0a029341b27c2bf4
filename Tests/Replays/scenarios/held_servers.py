"""Held out: servers and clients at their limits: queues, slow clients, leaks, storms, mix-ups."""

import socket
import time

from kit import clients, heldout, services
from kit.capture import Capture
from kit.heldout import apache, done, java, lan, spread
from kit.lab import Lab
from kit.scenario import Heldout, scenario
from scenarios.kernel_limits import slow_accept_server

SYN = "tcp.flags.syn == 1 && tcp.flags.ack == 0"


def curl(host, url, limit, *options):
    """curl with a deadline, not waited for."""
    return host.spawn("curl", "-sk", "-o", "/dev/null", "-m", limit, *options, url)


@scenario(
    "heldout-queue-ipv6",
    [Heldout("accept-queue-overflow", "backlog-one-ipv6.pcap", "likely",
             "IPv6, a server that takes 1.1 s from one accept() to the next, backlog 1. Eight "
             "clients within half a second: two wait in the queue, the others' SYNs are ignored "
             "and repeated until there is room. Captured on the server.",
             "", (("http.response.code == 200", 9, 11),
                  ("tcp.analysis.retransmission && tcp.flags.syn == 1", 5, 60)))],
    "a Python server (listen 1); curl; tcpdump",
    "one switch: server 2001:db8:a7::10, clients …::11 and …::12", 30)
def queue_ipv6(path):
    """See the README entry."""
    with Lab("h-queue") as lab:
        server, one, two = lan(lab, "2001:db8:a7::", ("server", "one", "two"))
        server.start(accept_slowly, ("2001:db8:a7::10", 8088), 1, 1.1)
        server.listening(8088)
        url = "http://[2001:db8:a7::10]:8088/"
        with Capture(server, "eth0", path):
            for host in (one, two):
                curl(host, url, 20).wait(25)
                time.sleep(1.5)
            done([process for _ in range(4) for process in
                  (curl(one, url, 20), curl(two, url, 20)) if not time.sleep(0.1)])
            time.sleep(1.5)
            curl(one, url, 20).wait(25)


def accept_slowly(address, backlog, pause):
    """`slow_accept_server` on an IPv6 address."""
    old = socket.create_server
    socket.create_server = lambda where, backlog: old(where, family=socket.AF_INET6,
                                                      backlog=backlog)
    slow_accept_server(address, backlog, pause)


def slow_post(address, seconds):
    """A POST whose body comes a few bytes a second."""
    with clients.connect(address) as link:
        link.sendall(b"POST /upload HTTP/1.1\r\nHost: shop.example.com\r\n"
                     b"Content-Length: 4000\r\n\r\n")
        for _ in range(int(seconds / 0.8)):
            time.sleep(0.8)
            link.sendall(b"abcdefgh")


@scenario(
    "heldout-slow-posts",
    [Heldout("slow-clients-occupy-workers", "apache-three-workers-slow-posts.pcapng", "likely",
             "Apache prefork with three workers. Three clients of 203.0.113.12 send the body of a "
             "POST eight bytes at a time for 9 s; the quick requests of 203.0.113.11 meanwhile are "
             "acknowledged and wait, and are answered when the slow ones end. Captured on the "
             "server, pcapng.",
             "", (("ip.src == 203.0.113.12 && tcp.len == 8", 28, 36),
                  ("ip.src == 203.0.113.11 && http.request", 8, 8)))],
    "Apache (MaxRequestWorkers 3); Python and curl clients; dumpcap",
    "one switch: server 203.0.113.10, client 203.0.113.11, slow client 203.0.113.12", 25)
def slow_posts(path):
    """See the README entry."""
    with Lab("h-posts") as lab:
        server, client, slow = lan(lab, "203.0.113.", ("server", "client", "slow"))
        apache(server, "Listen 8000\nKeepAlive Off\nStartServers 3\nMinSpareServers 3\n"
               "MaxSpareServers 3\nMaxRequestWorkers 3\nScriptAlias /upload /bin/cat\n"
               "DirectoryIndex index.html", 8000, ("dir", "alias", "cgi"))
        url = "http://203.0.113.10:8000/"
        with Capture(server, "eth0", path):
            done(spread(lambda: curl(client, url, 20), 3, 0.3))
            tasks = [slow.start(slow_post, ("203.0.113.10", 8000), 9) for _ in range(3)]
            time.sleep(1.2)
            done(spread(lambda: curl(client, url, 20), 4, 0.9))
            for task in tasks:
                task.result()
            curl(client, url, 20).wait(25)


@scenario(
    "heldout-leak-java",
    [Heldout("close-wait-leak", "java-pool-never-closed.pcap", "likely",
             "A Java program puts seven used sockets into a pool of its own and forgets them. "
             "HAProxy closes each after 1.5 s of rest; the program's kernel acknowledges and no "
             "FIN comes back to the end of the file, 53 to 57 s later. Captured on the Java host.",
             "", (("ip.src == 198.51.100.80 && tcp.flags.fin == 1", 7, 14),
                  ("ip.src == 198.51.100.79 && tcp.flags.fin == 1", 4, 4)))],
    "OpenJDK 17 (`programs/PoolLeak.java`); haproxy (`timeout http-keep-alive 1500`); node; curl; "
    "tcpdump", "one switch: Java host 198.51.100.79, haproxy 198.51.100.80", 100)
def leak_java(path):
    """See the README entry."""
    with Lab("h-leak") as lab:
        client, server = lan(lab, "198.51.100.", ("client", "server"), 79)
        server.spawn("node", heldout.program("site.mjs"), "127.0.0.1", 8080)
        server.listening(8080)
        services.haproxy(server, "frontend api\n  bind :80\n  timeout http-keep-alive 1500\n"
                         "  default_backend local\nbackend local\n  server s 127.0.0.1:8080\n", 80)
        with Capture(client, "eth0", path):
            java(client, "PoolLeak", "198.51.100.80", 80, 7, 700, 120000)
            for _ in range(4):
                curl(client, "http://198.51.100.80/", 5).wait(10)
                time.sleep(20)


@scenario(
    "heldout-storm-curl",
    [Heldout("retry-storm", "curl-loops-429.pcap", "likely",
             "Steady traffic of one request each 0.6 s; then HAProxy's rate limit answers 429 and "
             "four shell loops around curl ask again every 0.25 s: the rate of connections rises "
             "several times over, nearly all answers are 429. Captured on the server.",
             "", (("http.response.code == 429", 25, 60), ("http.response.code == 200", 10, 30)))],
    "haproxy (`http-request deny deny_status 429` above a rate); `sh` loops around curl; tcpdump",
    "one switch: server 192.0.2.10, clients 192.0.2.11 and .12", 25)
def storm_curl(path):
    """See the README entry."""
    with Lab("h-storm") as lab:
        server, one, two = lan(lab, "192.0.2.", ("server", "one", "two"))
        services.haproxy(server, "frontend web\n  bind :80\n  stick-table type integer size 1 "
                         "expire 10s store http_req_rate(3s)\n  http-request track-sc0 int(1)\n"
                         "  http-request deny deny_status 429 if { sc0_http_req_rate gt 9 }\n"
                         "  http-request return status 200 content-type text/plain string ok\n",
                         80)
        url = "http://192.0.2.10/"
        loop = ("for i in 1 2 3 4 5 6 7 8 9 10; do "
                f"curl -sf -o /dev/null -m 3 {url} && break; sleep 0.25; done")
        with Capture(server, "eth0", path, snaplen=160):
            spread(lambda: one.spawn("curl", "-s", "-o", "/dev/null", "-m", 3, url), 12, 0.6)
            burst = spread(lambda: two.spawn("curl", "-s", "-o", "/dev/null", "-m", 3, url), 10,
                           0.03)
            loops = [host.spawn("sh", "-c", loop) for host in (one, two, one, two)]
            done(burst + loops)


@scenario(
    "heldout-mixed-up",
    [Heldout("tls-and-plain-text-mixed-up", "tls-to-redis-like-port.pcapng", "likely",
             "Clients speak TLS to a line protocol: each ClientHello is answered by an error line "
             "in clear within a millisecond. A client that speaks the protocol is served.",
             "", (("tcp.payload[0:2] == 16:03 && tcp.dstport == 6379", 5, 5),
                  ("tcp.payload[0:2] == 16:03 && tcp.srcport == 6379", 0, 0)))],
    "a Ruby line server; openssl s_client, curl, ncat; dumpcap",
    "one switch: server 172.24.1.10, client 172.24.1.11", 20)
def mixed_up(path):
    """See the README entry."""
    with Lab("h-mix") as lab:
        server, client = lan(lab, "172.24.1.", ("server", "client"))
        script = ("require 'socket'; s = TCPServer.new('172.24.1.10', 6379); loop { Thread.new("
                  "s.accept) { |c| d = c.readpartial(999); c.write(d.start_with?('PING') ? "
                  "\"+PONG\\r\\n\" : \"-ERR Protocol error: unauthenticated multibulk length\\r\\n"
                  "\"); c.close } }")
        server.spawn("ruby", "-e", script)
        server.listening(6379)
        with Capture(server, "eth0", path):
            for number in range(5):
                done([client.spawn("sh", "-c", "printf 'PING\\r\\n' | ncat -w 2 172.24.1.10 6379")])
                if number % 2:
                    curl(client, "https://172.24.1.10:6379/", 4).wait(9)
                else:
                    done([client.spawn("openssl", "s_client", "-connect", "172.24.1.10:6379")])
                time.sleep(0.3)


@scenario(
    "heldout-client-cert-apache",
    [Heldout("client-certificate-required-or-rejected", "apache-require-tls12.pcap", "likely",
             "Apache with SSLVerifyClient require, TLS 1.2. Clients with the right certificate "
             "get their page; those without one are cut by a fatal handshake_failure alert, one of "
             "a foreign authority by unknown_ca. Captured on the server.",
             "", (("tls.handshake.type == 13", 8, 8), ("tls.alert_message.level == 2 && "
                                                       "ip.src == 172.24.2.10", 5, 5)))],
    "Apache (SSLVerifyClient require); curl --cert; tcpdump",
    "one switch: server 172.24.2.10, client 172.24.2.11", 15)
def client_cert_apache(path):
    """See the README entry."""
    with Lab("h-cert") as lab:
        server, client = lan(lab, "172.24.2.", ("server", "client"))
        authority = services.certificate(lab, "ca.example.com")
        foreign = services.certificate(lab, "elsewhere.example.com")
        pair = services.certificate(lab)
        good, bad = (services.certificate(lab, "client.example.com", "ec", signer, "clientAuth")
                     for signer in (authority, foreign))
        apache(server, "Listen 443\n<VirtualHost *:443>\nSSLEngine on\nSSLProtocol TLSv1.2\n"
               f"SSLCertificateFile {pair[0]}\nSSLCertificateKeyFile {pair[1]}\nSSLVerifyClient "
               f"require\nSSLCACertificateFile {authority[0]}\n</VirtualHost>\n"
               "SSLSessionCache none\nDirectoryIndex index.html", 443, ("ssl", "dir"))
        with Capture(server, "eth0", path):
            for cert in (good, None, None, bad, good, None, bad, good):
                options = ("--cert", cert[0], "--key", cert[1]) if cert else ()
                curl(client, "https://172.24.2.10/", 5, *options).wait(10)
                time.sleep(0.3)
