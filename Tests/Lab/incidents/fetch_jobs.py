"""A nightly job of curls without -m, and a remote that stops answering."""

import contextlib
import os
import time

from bench import fetch
from bench.incident import View
from kit import heldout, servers

JOB = """for number in 1 2 3 4 5 6 7 8; do
  while :; do curl -s -o /dev/null {limit} 'http://[{remote}]/list'; sleep 0.2; done &
done
wait"""


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-jobs"
    keep = ("app.pcap", "host.json")
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

    def job(self):
        """The job; returns the process that has all of its loops."""
        return self.app.spawn("sh", "-c", JOB.format(limit=self.limit, remote=fetch.CRL),
                              start_new_session=True)

    def end(self, job):
        """The job with its loops and their curls."""
        os.killpg(job.pid, 9)
        job.wait(10)

    def workload(self):
        """Sixteen seconds of the job; somebody else's traffic shows how late it is."""
        self.process = self.job()
        for _ in range(8):
            time.sleep(2)
            self.app.curl(f"http://[{fetch.VISITOR}]:80/")

    @contextlib.contextmanager
    def trouble(self):
        """The loops of the workload still stand."""
        yield

    def look(self):
        """On the job's host."""
        return self.app, ("--process", self.process.pid, "--remote", f"[{fetch.CRL}]:80",
                          "--watch", 12)

    def fix(self):
        """Deadlines; the remote as before."""
        self.end(self.process)
        self.task.stop()
        self.serve()
        self.limit = "-m 2"
