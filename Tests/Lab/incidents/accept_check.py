"""openssl s_server and a health check that waits 2 s for a greeting, as the seed's did."""

import time

from bench import accept
from bench.incident import View
from kit import clients


def polite_check(address, every, times):
    """The check that the fix puts in: up to the ServerHello, over TLS."""
    for _ in range(times):
        accept.try_line(address, 2.0)
        time.sleep(every)


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-check"
    seconds = 100
    keep = ("server.pcap",)
    case = accept.CASE
    shows = ("A monitor opens a connection every 3 s, waits 2 s for a greeting that no TLS server "
             "sends, and closes. Checkouts that come in those 2 s hang until the check leaves.")
    made_by = "openssl s_server -rev; a Python check; Python ssl clients"
    symptoms = accept.Accept.symptoms + ("at-regular-times",)
    views = {"capture": View(("server",), "confirmed"),
             "capture client": View(("client",), "undecided")}
    live = "confirmed"
    host = "undecided"
    together = "confirmed"
    fixed = "the check speaks TLS"
    polite = False

    def workload(self):
        """Four periods of the check, a checkout inside of each and one outside."""
        self.ordinary(1)
        check = (self.ops.start(polite_check, accept.SERVER, 3.0, 4) if self.polite else
                 self.ops.start(clients.banner_check, accept.SERVER, 3.0, 2.0, 4))
        begin = time.monotonic()
        tasks = []
        for number in range(4):
            for second in (0.4 + 0.1 * number, 2.4):
                time.sleep(max(0.0, begin + 3.0 * number + second - time.monotonic()))
                tasks += accept.checkouts(self.client, 1, 0, 20.0)
        check.result()
        for task in tasks:
            task.result()

    def trouble(self):
        """The check goes on."""
        return accept.checked(self)

    def live_trouble(self):
        """The check goes on while the probes ask."""
        return accept.checked(self)

    def fix(self):
        """Another check."""
        self.polite = True
