"""Held out: workers without a deadline in Java, node and Ruby, and one with a slow API."""

import signal
import time

from kit import heldout, services
from kit.capture import Capture
from kit.heldout import done, falls_silent, java, lan, spread
from kit.lab import Lab
from kit.scenario import Heldout, scenario

CASE = "outbound-fetch-without-timeout-exhausts-workers"
SLOW = "worker-pool-exhausted-by-slow-dependency"


def visit(host, url, number, apart, patience=5):
    """curl as visitors with patience, not waited for."""
    return spread(lambda: host.spawn("curl", "-s", "-o", "/dev/null", "-m", patience, url), number,
                  apart)


@scenario(
    "heldout-outbound-java",
    [Heldout(CASE, "java-six-workers-restart.pcap", "confirmed",
             "A Java web server with six workers; each page reads a list from 203.0.113.80 by "
             "URL.openStream(), which has no timeout. That host answers nine requests and then "
             "only acknowledges. Six requests hang for up to 20 s, visitors leave after 5 s, until "
             "the Java process is killed: all six close in one instant at ages of their own. The "
             "new process hangs again. Captured on the web server.",
             "", (("ip.dst == 203.0.113.80 && http.request", 15, 30),
                  ("ip.src == 203.0.113.80 && http.response.code == 200", 9, 9)))],
    "OpenJDK 17 (`programs/Workers.java`); a Python server that falls silent; curl; tcpdump",
    "one switch: web server 203.0.113.79, list host 203.0.113.80, visitor 203.0.113.81", 60)
def outbound_java(path):
    """See the README entry."""
    with Lab("h-jwork") as lab:
        app, remote, visitor = lan(lab, "203.0.113.", ("app", "remote", "visitor"), 79)
        remote.start(falls_silent, ("203.0.113.80", 80), 9, 0.25)
        remote.listening(80)
        arguments = ("Workers", "203.0.113.79", 8000, 6, "http://203.0.113.80/ocsp/list")
        process = java(app, *arguments)
        app.listening(8000, 60)
        page = "http://203.0.113.79:8000/"
        with Capture(app, "eth0", path):
            visit(visitor, page, 9, 0.5)
            visit(visitor, page, 9, 1.7)
            time.sleep(7)
            process.send_signal(signal.SIGKILL)
            process.wait(5)
            process = java(app, *arguments)
            app.listening(8000, 60)
            done(visit(visitor, page, 2, 1.0))


@scenario(
    "heldout-outbound-node",
    [Heldout(CASE, "node-agent-ipv6-still-held.pcapng", "likely",
             "IPv6. A node web server whose pages wait for a feed, fetched by an agent with eight "
             "sockets and no timeout. The feed host answers twelve requests and then never again; "
             "eight requests stay open and silent to the end of the capture. Nothing is restarted. "
             "Captured on the web server, pcapng.",
             "", (("ipv6.dst == 2001:db8:d1::80 && http.request", 20, 20),
                  ("ipv6.src == 2001:db8:d1::80 && http.response.code == 200", 12, 12)))],
    "node (`programs/workers.mjs`); a Python server that falls silent; curl; dumpcap",
    "one switch: web server 2001:db8:d1::79, feed host …::80, visitor …::81", 40)
def outbound_node(path):
    """See the README entry."""
    with Lab("h-nwork") as lab:
        app, remote, visitor = lan(lab, "2001:db8:d1::", ("app", "remote", "visitor"), 79)
        remote.start(falls_silent, ("2001:db8:d1::80", 80), 12, 0.1)
        remote.listening(80)
        app.spawn("node", heldout.program("workers.mjs"), "2001:db8:d1::79", 3000, 8,
                  "http://[2001:db8:d1::80]/feed.json")
        app.listening(3000)
        page = "http://[2001:db8:d1::79]:3000/"
        with Capture(app, "eth0", path):
            visit(visitor, page, 12, 0.4, 8)
            done(visit(visitor, page, 12, 0.9, 8))
            time.sleep(3)


@scenario(
    "heldout-outbound-ruby-tls",
    [Heldout(CASE, "ruby-https-held.pcap", "any",
             "Seven Ruby workers fetch a CRL over TLS with read_timeout nil. The remote finishes "
             "every handshake, answers five requests and only acknowledges the later ones: "
             "encrypted request, ACK, silence. The Ruby process is killed after that: seven FINs "
             "at once. Captured on the web server.",
             "", (("ip.dst == 198.51.100.80 && tls.handshake.type == 1", 12, 12),))],
    "Ruby Net::HTTP (`programs/workers.rb`); a Python TLS server that falls silent; curl; tcpdump",
    "one switch: web server 198.51.100.79, CRL host 198.51.100.80, visitor 198.51.100.81", 45)
def outbound_ruby(path):
    """See the README entry."""
    with Lab("h-rwork") as lab:
        app, remote, visitor = lan(lab, "198.51.100.", ("app", "remote", "visitor"), 79)
        pair = services.certificate(lab, "crl.example.com")
        remote.start(falls_silent, ("198.51.100.80", 443), 5, 0.2, pair)
        remote.listening(443)
        process = app.spawn("ruby", heldout.program("workers.rb"), "198.51.100.79", 8080, 7,
                            "198.51.100.80", 443)
        app.listening(8080)
        page = "http://198.51.100.79:8080/"
        with Capture(app, "eth0", path):
            visit(visitor, page, 5, 0.6)
            visit(visitor, page, 9, 1.1)
            time.sleep(6)
            process.kill()
            time.sleep(1)


@scenario(
    "heldout-slow-dependency-java",
    [Heldout(SLOW, "java-three-workers-slow-api.pcap", "likely",
             "Three Java workers and an API that answers after 3.2 s, always. Every call is "
             "answered, no more than three are open at once, visitors queue for 3.2, 6.4, 9.6 s. "
             "Captured on the web server.",
             "", (("ip.dst == 203.0.113.80 && http.request", 11, 11),
                  ("ip.src == 203.0.113.80 && http.response.code == 200", 11, 11)))],
    "OpenJDK 17 (`programs/Workers.java`); node as API; curl; tcpdump",
    "one switch: web server 203.0.113.79, API 203.0.113.80, visitor 203.0.113.81", 40)
def slow_dependency_java(path):
    """See the README entry."""
    with Lab("h-slowapi") as lab:
        app, remote, visitor = lan(lab, "203.0.113.", ("app", "remote", "visitor"), 79)
        remote.spawn("node", heldout.program("site.mjs"), "203.0.113.80", 80)
        remote.listening(80)
        java(app, "Workers", "203.0.113.79", 8000, 3, "http://203.0.113.80/wait/3200")
        app.listening(8000, 60)
        page = "http://203.0.113.79:8000/"
        with Capture(app, "eth0", path):
            done(visit(visitor, page, 1, 0, 30))
            done(visit(visitor, page, 10, 0.3, 30))
