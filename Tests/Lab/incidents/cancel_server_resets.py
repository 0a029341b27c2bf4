"""The server resets: it closes uploads unread, so that its answers are lost."""

import contextlib
import socket
import time

from bench import cancel
from bench.incident import View
from kit import clients


def refuse_uploads(address):
    """Reads the head of each request, answers 413 and closes with the body unread."""
    listener = socket.create_server(address, backlog=64)
    while True:
        link, _ = listener.accept()
        with link:
            try:
                link.recv(300)
                time.sleep(0.05)
                link.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 400\r\n"
                             b"Connection: close\r\n\r\n" + b"x" * 400)
            except OSError:
                pass


def upload(address):
    """Sends a body of 200 kB, then reads."""
    try:
        with clients.connect(address, 3.0) as link:
            link.sendall(b"POST /files HTTP/1.1\r\nHost: shop.example.com\r\n"
                         b"Content-Length: 200000\r\n\r\n" + b"y" * 200000)
            link.recv(4096)
    except OSError:
        pass


def uploads(address):
    """Upload after upload until the process is ended."""
    while True:
        upload(address)
        time.sleep(0.2)


class Reproduction(cancel.Cancel):
    """See the file's head."""

    name = "cancel-server-resets"
    role = "rival"
    checks = ()
    allow = "load"
    case = "rst-on-close-discards-unread"
    shows = ("The server answers uploads before it has read them and closes: its kernel sends "
             "RST, and the client often loses the answer.")
    made_by = "a Python server and client"
    symptoms = ("cut-at-start", "uploads-only", "answer-cut-short")
    views = {"capture": View(("guard",), "undecided"),
             "capture client": View(("client",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "likely"
    port = 8090

    def watch(self):
        """No rules, and the server of this one."""
        self.guard.nft("flush ruleset")
        if not hasattr(self, "task"):
            self.task = self.server.start(refuse_uploads, (cancel.WEB[0], self.port))
            self.server.listening(self.port)

    def workload(self):
        """Downloads that work, uploads that do not."""
        cancel.ended(cancel.gets(self.one, "/", 3, 0.2))
        for _ in range(8):
            self.one.call(upload, (cancel.WEB[0], self.port))
            time.sleep(0.1)
        cancel.ended(cancel.gets(self.two, "/", 2, 0.2))

    @contextlib.contextmanager
    def trouble(self):
        """Uploads go on."""
        task = self.one.start(uploads, (cancel.WEB[0], self.port))
        yield
        task.stop()

    live_trouble = trouble

    def look(self):
        """On the server."""
        return self.server, ("--port", self.port, "--process", self.task.process.pid,
                             "--watch", 6)

    def ask(self):
        """From the other client."""
        return self.fresh, (f"http://{cancel.WEB[0]}:{self.port}/files",)
