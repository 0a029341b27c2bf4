"""openssl s_server and a health check that waits 2 s for a greeting, as the seed's did."""

import time

from bench import accept
from bench.incident import View


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
        begin = time.monotonic() + 2.0
        checks = [begin + 3.0 * number for number in range(4)]
        what = (accept.try_line, accept.SERVER, 2.0) if self.polite else (
            accept.banner_check, accept.SERVER, 2.0)
        tasks = [self.ops.start(accept.at_moments, checks, *what)]
        moments = [check + second for number, check in enumerate(checks)
                   for second in (0.3 + 0.1 * number, 2.4)]
        tasks.append(self.client.start(accept.at_moments, moments, accept.try_line,
                                       accept.SERVER, 20.0))
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
