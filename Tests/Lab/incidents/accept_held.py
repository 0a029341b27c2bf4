"""openssl s_server held by a connection that says nothing (a forgotten nc)."""

from bench import accept
from bench.incident import View
from kit import services

FRONT = """listen license
  mode tcp
  bind 192.0.2.10:27000
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content reject
  server one 192.0.2.10:27001
"""


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-held"
    keep = ("server.pcap", "live.json")
    case = accept.CASE
    shows = ("openssl s_server does the handshake inside its accept loop. The operator's host "
             "opens a connection and says nothing; every checkout that follows hangs with its "
             "ClientHello acknowledged, until that connection ends.")
    made_by = "openssl s_server -rev; a plain TCP connection in place of nc; Python ssl clients"
    views = {"capture": View(("server",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    live = "confirmed"
    host = "undecided"
    together = "confirmed"
    fixed = "HAProxy in front waits for the ClientHello and only then connects to the server"

    def workload(self):
        """The silent connection for 5 s."""
        accept.held_workload(self)

    def trouble(self):
        """The silent connection while the host is looked at."""
        return accept.held(self)

    def fix(self):
        """The server moves to another port, a proxy takes its place."""
        self.process.terminate()
        self.process.wait(10)
        services.s_server(self.server, 27001, self.pair, "-rev")
        services.haproxy(self.server, FRONT, accept.SERVER[1])
