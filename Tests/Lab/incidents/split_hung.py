"""The server behind the balancers hangs; no flow is split."""

import contextlib
import signal
import time

from bench import split
from bench.incident import View
from scenarios import flow_split


class Reproduction(split.Split):
    """See the file's head."""

    name = "split-hung"
    seconds = 240
    ci = False
    keep = ("host.json",)
    role = "rival"
    case = "listener-process-hung"
    shows = "nginx is stopped after some requests: its kernel acknowledges all and answers nothing."
    made_by = flow_split.MADE + "; kill -STOP"
    symptoms = ("tls-handshake-hangs", "hang-after-connect", "everything-down", "ping-works",
                "restart-helps")
    views = {"capture": View(("balancer-side", "client", "server"), "likely"),
             "capture client and server": View(("client", "server"), "undecided", True),
             "capture client": View(("client",), "undecided")}
    checks = ()
    live = "undecided"
    host = "likely"
    together = "likely"
    choose = "flow"
    fixed = "the process is woken"

    def workload(self):
        """Requests that work, and after the stop some that do not."""
        for process in self.visits(4):
            process.wait(20)
        if not self.woken:
            self.process.send_signal(signal.SIGSTOP)
        for process in self.visits(9):
            process.wait(20)

    woken = False

    @contextlib.contextmanager
    def live_trouble(self):
        """Still stopped."""
        yield

    def fix(self):
        """Wake it."""
        self.process.send_signal(signal.SIGCONT)
        time.sleep(1)
        self.woken = True
