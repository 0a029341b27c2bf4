"""Workers that fetch from a remote host: without a deadline, with one, and from a slow one."""

import socket
import threading
import time
import urllib.request

from kit import clients, servers, services
from kit.capture import Capture
from kit.lab import Lab
from kit.scenario import Replay, scenario

CASE = "timeouts-retries/outbound-fetch-without-timeout-exhausts-workers"
SLOW = "timeouts-retries/worker-pool-exhausted-by-slow-dependency"
APP, CRL, VISITOR = "fd00:4::10", "fd00:4::80", "fd00:4::21"
TOPOLOGY = f"one switch, IPv6: web server {APP}, CRL host {CRL}, visitor {VISITOR}"
GET_CRL = f"ipv6.dst == {CRL} && http.request"
CRL_OK = f"ipv6.src == {CRL} && http.response.code == 200"
FIN_CRL = f"ipv6.dst == {CRL} && tcp.flags.fin == 1"
TARPIT = """frontend crl
  bind [::]:80 v6only
  timeout tarpit 10m
  stick-table type ipv6 size 1k store conn_cur
  tcp-request connection track-sc0 src
  http-request tarpit if { sc0_conn_cur gt 3 }
  default_backend files
backend files
  http-request set-path /slow/0.7
  server local 127.0.0.1:8080
"""


def web_application(address, workers, url, deadline):
    """A web server with so many workers; each page first fetches `url` (no deadline: None)."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.create_server(address, family=family, backlog=64)

    def work():
        while True:
            link, _ = listener.accept()
            with link:
                try:
                    link.recv(4096)
                    with urllib.request.urlopen(url, timeout=deadline) as answer:
                        answer.read()
                    status = "200 OK"
                except OSError:
                    status = "502 Bad Gateway"
                try:
                    link.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n"
                                 "Connection: close\r\n\r\n".encode())
                except OSError:
                    pass
    for _ in range(workers):
        threading.Thread(target=work, daemon=True).start()
    threading.Event().wait()


def network(lab):
    """The web server, the CRL host with its haproxy, a visitor."""
    app, crl, visitor = (lab.host(name) for name in ("app", "crl", "visitor"))
    lab.lan("switch", [(app, "eth0", f"{APP}/64"), (crl, "eth0", f"{CRL}/64"),
                       (visitor, "eth0", f"{VISITOR}/64")])
    crl.start(servers.serve_http, ("127.0.0.1", 8080))
    crl.listening(8080)
    return app, crl, visitor


def visits(visitor, number, apart, deadline=4):
    """curl with a visitor's patience, begun one after the other, not waited for."""
    for _ in range(number):
        visitor.spawn("curl", "-s", "-o", "/dev/null", "-m", deadline, f"http://[{APP}]:8000/page")
        time.sleep(apart)


@scenario(
    "outbound-no-timeout",
    [Replay(CASE, "crl-host-holds-ten-workers.pcap", "confirmed",
            "A web server with ten workers fetches a CRL for each page, without a deadline. Single "
            "visits are answered after 0.7 s. A burst comes; the CRL host answers a few and holds "
            "the rest: request acknowledged, then no packet in either direction, ten of them open "
            "at once and for many seconds. Visitors give up after 4 s. A restart of the web server "
            "closes all ten in the same instant, at very different ages. The CRL host still counts "
            "them and holds the two fetches after the restart as well.",
            "capture.tcp.request-never-answered capture.tcp.requests-unanswered-pile-up",
            ((GET_CRL, 13, 40), (CRL_OK, 4, 30), (FIN_CRL, 13, 40))),
     Replay(CASE, "still-held.pcapng", "likely",
            "The same minutes, but the capture ends before the restart: the held connections are "
            "still open, nothing closes them at a common age.",
            "capture.tcp.request-never-answered capture.tcp.requests-unanswered-pile-up",
            ((GET_CRL, 12, 40), (CRL_OK, 3, 30))),
     Replay(CASE, "late-capture.pcap", "not-enough-evidence",
            "The same trouble captured too late: it begins when all ten workers are already held, "
            "and the held connections send no packet at all. Only visitors are seen, whose "
            "requests are acknowledged and who leave after 4 s.",
            "capture.tcp.request-never-answered capture.tcp.client-gives-up-at-common-age",
            ((f"ipv6.addr == {CRL} && tcp", 0, 0), ("http.request", 3, 3)))],
    "a Python web server with ten worker threads and urllib without timeout; haproxy as CRL host "
    "(`http-request tarpit if { sc0_conn_cur gt 3 }`); curl -m 4 as visitors; tcpdump and dumpcap",
    TOPOLOGY, 45)
def outbound_no_timeout(full_path, held_path, late_path):
    """See the README entry."""
    with Lab("outbound") as lab:
        app, crl, visitor = network(lab)
        services.haproxy(crl, TARPIT, 80)
        arguments = (web_application, (APP, 8000), 10, f"http://[{CRL}]/ca.crl", None)
        worker = app.start(*arguments)
        app.listening(8000)
        full = Capture(app, "eth0", full_path).begin()
        held = Capture(app, "eth0", held_path).begin()
        visits(visitor, 3, 1.2)
        visits(visitor, 7, 0.1)
        time.sleep(2)
        visits(visitor, 12, 0.6)
        time.sleep(6)
        late = Capture(app, "eth0", late_path).begin()
        visits(visitor, 3, 0.5)
        time.sleep(5)
        late.end()
        held.end()
        worker.stop()
        time.sleep(1)
        app.start(*arguments)
        app.listening(8000)
        visits(visitor, 2, 1.2)
        full.end()


@scenario(
    "outbound-deadline",
    [Replay(CASE, "client-with-deadline.pcap", "not-confirmed",
            "The same web server and CRL host, but the fetch has a deadline of 3 s: every held "
            "request is closed by the web server 3.0 s after it was asked, one by one. The remote "
            "host is at fault; a missing deadline is not.",
            "capture.tcp.request-never-answered capture.tcp.client-gives-up-at-common-age",
            ((GET_CRL, 13, 40), (CRL_OK, 4, 30), (FIN_CRL, 10, 40)))],
    "as crl-host-holds-ten-workers, urllib with timeout=3", TOPOLOGY, 25)
def outbound_deadline(path):
    """See the README entry."""
    with Lab("deadline") as lab:
        app, crl, visitor = network(lab)
        services.haproxy(crl, TARPIT, 80)
        app.start(web_application, (APP, 8000), 10, f"http://[{CRL}]/ca.crl", 3.0)
        app.listening(8000)
        with Capture(app, "eth0", path):
            visits(visitor, 2, 1.2, 9)
            visits(visitor, 8, 0.1, 9)
            time.sleep(2)
            visits(visitor, 6, 0.6, 9)
            time.sleep(7)


def holder(address, answered):
    """Answers the first requests; later ones are read and held for ever (`nc -lk` at a desk)."""
    listener = socket.create_server(address, backlog=64)
    kept = []
    while True:
        link, _ = listener.accept()
        link.recv(4096)
        if len(kept) < answered:
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n")
            link.close()
            kept.append(None)
        else:
            kept.append(link)


@scenario(
    "outbound-curl-jobs",
    [Replay(CASE, "curl-jobs-held-ipv4.pcap", "likely",
            "A nightly job runs eight curls side by side, none with -m. The remote answers the "
            "first six requests and then only acknowledges: eight requests stay open and silent to "
            "the end of the capture, 9 s and more, while the same host gets pages from another "
            "server meanwhile.",
            "capture.tcp.request-never-answered capture.tcp.requests-unanswered-pile-up",
            (("ip.dst == 10.14.1.80 && http.request", 14, 14),
             ("ip.src == 10.14.1.80 && http.response.code == 200", 6, 6),
             ("ip.src == 10.14.1.81 && http.response.code == 200", 4, 4)))],
    "xargs -P 8 curl (no deadline); a Python holder; nginx as the other server; tcpdump",
    "one switch: job host 10.14.1.10, remote 10.14.1.80, other server 10.14.1.81", 20)
def outbound_curl_jobs(path):
    """See the README entry."""
    with Lab("jobs") as lab:
        job, remote, other = (lab.host(name) for name in ("job", "remote", "other"))
        lab.lan("switch", [(job, "eth0", "10.14.1.10/24"), (remote, "eth0", "10.14.1.80/24"),
                           (other, "eth0", "10.14.1.81/24")])
        remote.start(holder, ("10.14.1.80", 80), 6)
        remote.listening(80)
        services.nginx(other, "server { listen 80; location / { return 200 'ok'; } }", 80)
        urls = lab.write("urls", "http://10.14.1.80/feed\n" * 16)
        with Capture(job, "eth0", path):
            job.spawn("xargs", "-a", urls, "-P", 8, "-n", 1, "curl", "-s", "-o", "/dev/null")
            for _ in range(4):
                job.curl("http://10.14.1.81/")
                time.sleep(3)


@scenario(
    "slow-dependency",
    [Replay(SLOW, "four-workers-slow-api.pcap", "likely",
            "Four workers ask an API that takes 0.2 s, later 2.5 s a request. Every call is "
            "answered; but only four are ever open at once, visitors queue behind them and wait "
            "2.5, 5, 7.5 s.",
            "",
            ((GET_CRL, 13, 15), (CRL_OK, 13, 15)))],
    "a Python web server with four workers; a Python API; curl; tcpdump", TOPOLOGY, 20)
def slow_dependency(path):
    """See the README entry."""
    with Lab("slowdep") as lab:
        app, crl, visitor = network(lab)
        services.haproxy(crl, "frontend api\n  bind [::]:80 v6only\n  http-request set-path "
                         "/slow/2.5 if { path_beg /busy }\n  default_backend files\nbackend files\n"
                         "  server local 127.0.0.1:8080\n", 80)
        quick = app.start(web_application, (APP, 8000), 4, f"http://[{CRL}]/slow/0.2", None)
        app.listening(8000)
        with Capture(app, "eth0", path):
            visits(visitor, 3, 0.6, 20)
            quick.stop()
            app.start(web_application, (APP, 8000), 4, f"http://[{CRL}]/busy", None)
            app.listening(8000)
            visits(visitor, 10, 0.1, 20)
            time.sleep(9)
