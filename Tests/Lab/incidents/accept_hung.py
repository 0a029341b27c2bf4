"""The server's process is stopped; the kernel goes on to accept for it."""

import contextlib
import signal
import time

from bench import accept
from bench.incident import View


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-hung"
    seconds = 155
    keep = ("host.json",)
    role = "rival"
    case = "listener-process-hung"
    shows = ("openssl s_server is stopped (SIGSTOP). Connections open, ClientHellos are "
             "acknowledged, nobody is answered, and no other connection's end changes that.")
    made_by = "openssl s_server -rev, kill -STOP; Python ssl clients"
    symptoms = ("hang-after-connect", "tls-handshake-hangs", "everything-down", "ping-works",
                "restart-helps", "monitor-green-users-fail")
    views = {"capture": View(("server",), "likely"),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "likely"
    together = "likely"
    fixed = "the process is woken"

    def hang(self):
        """Stop the server."""
        self.process.send_signal(signal.SIGSTOP)

    def wake(self):
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def workload(self):
        """Checkouts; then the server stops and nobody is served any more."""
        self.ordinary(3)
        if not self.repaired:
            self.hang()
        for task in accept.checkouts(self.client, 6, 0.5, 4.0):
            task.result()
        time.sleep(0.5)

    repaired = False

    @contextlib.contextmanager
    def trouble(self):
        """Still stopped since the workload; clients go on to try."""
        with self.checkouts_going_on():
            time.sleep(1.0)
            yield

    live_trouble = trouble

    def fix(self):
        """Wake it and let it work off what waits."""
        self.wake()
        time.sleep(2.0)
        self.repaired = True
