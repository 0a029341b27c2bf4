"""A web server whose pages fetch something from a remote: what group d shares."""

import contextlib
import time

from kit import heldout, servers, services

from .incident import Incident

APP, CRL, VISITOR = "2001:db8:4::10", "2001:db8:4::80", "2001:db8:4::21"
PORT = 8000
CASE = "outbound-fetch-without-timeout-exhausts-workers"
WORKERS = 8
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
PHP = """LoadModule php_module /usr/lib/apache2/modules/libphp8.2.so
Listen [{app}]:{port}
StartServers {workers}
MinSpareServers {workers}
MaxSpareServers {workers}
ServerLimit {workers}
MaxRequestWorkers {workers}
KeepAlive Off
<Directory "{folder}">
  Require all granted
</Directory>
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
"""
PAGE = """<?php
$fetch = curl_init('http://[{remote}]/ca.crl');
curl_setopt($fetch, CURLOPT_RETURNTRANSFER, true);
{deadline}
echo strlen(curl_exec($fetch)), "\\n";
"""


class Fetch(Incident):
    """A web server, the remote that its pages ask, a visitor."""

    group = "d"
    topology = f"one switch, IPv6: web server {APP}, remote {CRL}, visitor {VISITOR}"
    symptoms = ("workers-or-memory-pile-up", "hang-after-connect", "restart-helps",
                "worse-over-days")
    equals = {"per-client-connection-cap-holds-connections":
              "the remote's cap is the other half of this incident, told from the remote's side"}
    deadline = ""
    apart = 0.1
    number = 8

    def build(self, lab):
        """The network, the remote, the web server."""
        self.lab = lab
        self.app, self.remote, self.visitor = (
            lab.host(name) for name in ("app", "remote", "visitor"))
        lab.lan("switch", [(self.app, "eth0", f"{APP}/64"), (self.remote, "eth0", f"{CRL}/64"),
                           (self.visitor, "eth0", f"{VISITOR}/64")])
        self.serve()
        self.process = self.start()

    def serve(self):
        """The remote: HAProxy that leaves more than three connections of one address silent."""
        self.remote.start(servers.serve_http, ("127.0.0.1", 8080))
        self.remote.listening(8080)
        services.haproxy(self.remote, TARPIT, 80)

    def start(self):
        """Apache with mod_php; returns its process."""
        self.lab.write("page.php", PAGE.format(remote=CRL, deadline=self.deadline))
        return apache(self)

    def stop(self):
        """End the web server and all of its workers."""
        self.process.terminate()
        self.process.wait(20)

    def points(self):
        """The web server's interface, and the visitor's."""
        return {"app": (self.app, "eth0"), "visitor": (self.visitor, "eth0")}

    def visits(self, number, apart, deadline=4):
        """Visitors with some patience, begun one after the other; their processes."""
        running = []
        for _ in range(number):
            running.append(self.visitor.spawn("curl", "-s", "-o", "/dev/null", "-m", deadline,
                                              f"http://[{APP}]:{PORT}/page.php"))
            time.sleep(apart)
        return running

    def workload(self):
        """Single visits, a rush, and time in which nothing moves."""
        running = self.visits(2, 1.0)
        running += self.visits(self.number, self.apart)
        time.sleep(2)
        running += self.visits(8, 0.5)
        time.sleep(5)
        running += self.visits(2, 0.5)
        for process in running:
            process.wait(30)

    @contextlib.contextmanager
    def trouble(self):
        """As the workload has left it, for long enough that an idle socket counts as silent."""
        for process in self.visits(4, 0.2):
            process.wait(20)
        time.sleep(7)
        yield

    @contextlib.contextmanager
    def live_trouble(self):
        """The same."""
        yield

    def look(self):
        """On the web server."""
        return self.app, ("--process", self.process.pid, "--port", PORT, "--remote", f"[{CRL}]:80",
                          "--watch", 12)

    def ask(self):
        """From another address, at the remote: of the web server's all connections are taken."""
        return self.visitor, (f"http://[{CRL}]:80/ca.crl",)




def apache(bench):
    """Apache with mod_php over the lab's folder; returns its process."""
    return heldout.apache(bench.app, PHP.format(
        app=APP, port=PORT, workers=WORKERS, folder=bench.lab.directory), PORT)


@contextlib.contextmanager
def visited(bench):
    """Visitors come and go until the body is done."""
    line = (f"while :; do curl -s -o /dev/null -m 12 'http://[{APP}]:{PORT}/page.php'; done")
    running = [bench.visitor.spawn("sh", "-c", line) for _ in range(30)]
    time.sleep(4)
    yield
    for process in running:
        process.terminate()
