"""Long polling: requests that wait for an event on purpose, with a deadline. Nothing is wrong."""

import contextlib
import os
import time

from bench import fetch
from bench.incident import View
from kit import servers

LOOPS = """for number in 1 2 3 4 5 6; do
  sleep 0.5
  while :; do curl -s -o /dev/null -m 30 'http://[%s]/slow/8'; done &
done
wait""" % fetch.CRL


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
        """Six loops of one shell."""
        self.process = self.app.spawn("sh", "-c", LOOPS, start_new_session=True)
        return self.process

    def workload(self):
        """Twenty seconds of it."""
        process = self.poll()
        time.sleep(20)
        os.killpg(process.pid, 9)

    @contextlib.contextmanager
    def trouble(self):
        """It goes on."""
        process = self.poll()
        time.sleep(3)
        yield
        os.killpg(process.pid, 9)

    live_trouble = trouble

    def look(self):
        """On the polling host."""
        return self.app, ("--process", self.process.pid, "--remote", f"[{fetch.CRL}]:80",
                          "--watch", 12)

    def ask(self):
        """From there."""
        return self.app, (f"http://[{fetch.CRL}]:80/",)
