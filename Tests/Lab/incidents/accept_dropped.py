"""A filter on the way drops what the clients send after the handshake of TCP."""

import contextlib

from bench import accept
from bench.incident import View

TABLE = """table bridge lossy {
  chain rules {
    type filter hook forward priority 0;
    ip daddr 192.0.2.10 tcp dport 27000 tcp flags & psh == psh drop
  }
}
"""


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-dropped"
    seconds = 150
    role = "rival"
    equals = {"asymmetric-path-through-stateful-firewall":
              "that firewall lets the handshake pass and drops the client's data, as this filter "
              "does; the two ends see the same"}
    shows = ("The switch drops every segment with data to the server: ClientHellos are repeated "
             "and never acknowledged. A filter that looks at data is no case of the casebook.")
    made_by = "nftables on the switch; openssl s_server; Python ssl clients"
    symptoms = ("tls-handshake-hangs", "hang-after-connect", "ping-works")
    views = {"capture": View(("client",), "undecided"),
             "capture server": View(("server",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "undecided"

    def workload(self):
        """Checkouts before and while data are dropped."""
        self.ordinary()
        with self.trouble():
            for task in accept.checkouts(self.client, 4, 0.4, 6.0):
                task.result()

    @contextlib.contextmanager
    def trouble(self):
        """The rule is there."""
        switch = self.lab.hosts["switch"]
        switch.nft(TABLE)
        yield
        switch.nft("delete table bridge lossy")

    live_trouble = trouble
