"""A server that accepts too slowly for its small backlog: connections are dropped by its kernel."""

import contextlib
import socket
import ssl
import time

from bench import accept
from bench.incident import View


def slow_accepts(address, pair, pause, backlog):
    """Accepts one connection in `pause` seconds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    listener = socket.create_server(address, backlog=backlog)
    while True:
        raw, _ = listener.accept()
        try:
            raw.settimeout(5.0)
            with context.wrap_socket(raw, server_side=True) as link:
                link.sendall(link.recv(4096))
                link.unwrap()
        except OSError:
            pass
        time.sleep(pause)


class Reproduction(accept.Accept):
    """See the file's head."""

    name = "accept-queue-full"
    seconds = 250
    ci = False
    keep = ("host.json",)
    role = "rival"
    case = "accept-queue-overflow"
    shows = ("The server accepts two connections a second and has a backlog of 4; ten clients "
             "ask at once, again and again: SYNs go unanswered, repeats get through.")
    made_by = "a Python TLS server with a pause between accepts; Python ssl clients"
    symptoms = ("connect-late-by-steps", "connect-times-out", "slow-when-busy", "at-peak-load",
                "ping-works")
    views = {"capture": View(("server",), "undecided"),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "likely"
    together = "likely"
    fixed = "the server accepts at once and has room for 64"

    def serve(self):
        """The slow server; its process."""
        return self.begin(0.5, 4)

    def begin(self, pause, backlog):
        """Start it with this pause and room for so many."""
        task = self.server.start(slow_accepts, accept.SERVER, self.pair, pause, backlog)
        self.task = task
        self.server.listening(accept.SERVER[1])
        return task.process

    def workload(self):
        """Two rushes."""
        for _ in range(2):
            tasks = accept.checkouts(self.client, 12, 0.02, 6.0)
            for task in tasks:
                task.result()

    @contextlib.contextmanager
    def trouble(self):
        """Rushes without end."""
        tasks = [self.client.start(accept.ask_for_ever, 6.0, None, 0.05) for _ in range(12)]
        time.sleep(2.0)
        yield
        for task in tasks:
            task.stop()

    live_trouble = trouble

    def fix(self):
        """No pause: the queue is emptied faster than it fills."""
        self.task.stop()
        self.process = self.begin(0.0, 64)
