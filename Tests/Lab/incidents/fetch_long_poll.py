"""Long polling: requests that wait for an event on purpose, with a deadline. Nothing is wrong."""

import contextlib
import time

from bench import fetch
from bench.incident import View
from kit import servers


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-long-poll"
    role = "healthy"
    equals = {}
    shows = ("Six clients ask for events; the remote answers each after 8 s, as agreed, and they "
             "ask again. Sockets are silent for seconds, and all is well.")
    made_by = "curl -m 30 in loops; a Python web server that takes 8 s"
    symptoms = ()
    views = {"capture": View(("app",), "none")}
    live = "none"
    host = "none"
    together = "none"

    def serve(self):
        """The remote."""
        self.remote.start(servers.serve_http, (fetch.CRL, 80))
        self.remote.listening(80)

    def start(self):
        """No web server here."""
        return None

    def points(self):
        """The polling host."""
        return {"app": (self.app, "eth0")}

    def poll(self):
        """Six loops."""
        line = f"while :; do curl -s -o /dev/null -m 30 'http://[{fetch.CRL}]/slow/8'; done"
        running = []
        for _ in range(6):
            running.append(self.app.spawn("sh", "-c", line))
            time.sleep(0.5)
        return running

    def workload(self):
        """Twenty seconds of it."""
        running = self.poll()
        time.sleep(20)
        for process in running:
            process.terminate()

    @contextlib.contextmanager
    def trouble(self):
        """It goes on."""
        running = self.poll()
        time.sleep(3)
        yield
        for process in running:
            process.terminate()

    live_trouble = trouble

    def look(self):
        """On the polling host."""
        return self.app, ("--process", "curl", "--remote", f"[{fetch.CRL}]:80", "--watch", 12)

    def ask(self):
        """From there."""
        return self.app, (f"http://[{fetch.CRL}]:80/",)
