"""A nightly job of curls without -m, and a remote that stops answering."""

import contextlib
import os
import time

from bench import fetch
from bench.incident import View
from kit import heldout, servers
from kit.lab import run

LOOP = "while :; do curl -s -o /dev/null {limit} 'http://[{remote}]/list'; sleep 0.2; done"


def command(pid):
    """The name of a process; "" when it has ended."""
    try:
        with open(f"/proc/{pid}/comm") as handle:
            return handle.read().strip()
    except OSError:
        return ""


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-jobs"
    case = fetch.CASE
    shows = ("Eight shell loops of a job fetch a list with curl, none with a deadline. The remote "
             "answers ten requests and from then on only acknowledges: each loop stands still.")
    made_by = "curl in shell loops; a Python server that falls silent"
    symptoms = ("workers-or-memory-pile-up", "restart-helps", "worse-over-days")
    views = {"capture": View(("app",), "likely")}
    live = None
    host = "likely"
    together = "likely"
    limit = ""
    fixed = "curl -m 2"

    def serve(self):
        """The remote that falls silent after ten answers."""
        self.task = self.remote.start(heldout.falls_silent, (fetch.CRL, 80), 10, 0.3)
        self.remote.listening(80)

    def start(self):
        """The loops begin with the workload; here is what else the host asks."""
        self.visitor.start(servers.serve_http, (fetch.VISITOR, 80))
        self.visitor.listening(80)

    def points(self):
        """The job's host."""
        return {"app": (self.app, "eth0")}

    def loops(self):
        """Eight loops; returns their processes."""
        line = LOOP.format(limit=self.limit, remote=fetch.CRL)
        return [self.app.spawn("sh", "-c", line) for _ in range(8)]

    def end(self, running):
        """The loops and their curls."""
        for process in running:
            process.terminate()
        for pid in run("ip", "netns", "pids", self.app.namespace).split():
            if command(pid) == "curl":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), 15)

    def workload(self):
        """Sixteen seconds of the job; somebody else's traffic shows how late it is."""
        self.running = self.loops()
        for _ in range(8):
            time.sleep(2)
            self.app.curl(f"http://[{fetch.VISITOR}]:80/")

    @contextlib.contextmanager
    def trouble(self):
        """The loops of the workload still stand."""
        yield

    def look(self):
        """On the job's host."""
        return self.app, ("--process", "curl", "--remote", f"[{fetch.CRL}]:80", "--watch", 12)

    def fix(self):
        """Deadlines; the remote as before."""
        self.end(self.running)
        self.task.stop()
        self.serve()
        self.limit = "-m 2"
