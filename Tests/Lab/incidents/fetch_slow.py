"""Slow but alive: the remote answers each request after 3 s, and the pool is too small for that."""

from bench import fetch
from bench.incident import View
from kit import servers


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-slow"
    seconds = 195
    ci = False
    role = "rival"
    case = "worker-pool-exhausted-by-slow-dependency"
    equals = {}
    shows = ("The same pages; the remote answers every request, after 3 s. Eight workers are not "
             "enough for the visitors, but every call ends.")
    made_by = "Apache 2.4 prefork, mod_php, php-curl; a Python web server that takes 3 s"
    symptoms = ("http-504", "at-peak-load", "slow-when-busy", "workers-or-memory-pile-up")
    views = {"capture": View(("app",), "undecided"),
             "capture visitor": View(("visitor",), "undecided")}
    live = "undecided"
    host = "undecided"
    together = "likely"
    number = 16

    def serve(self):
        """The slow remote."""
        self.remote.start(servers.serve_http, (fetch.CRL, 80))
        self.remote.listening(80)

    def start(self):
        """The page asks for the slow path."""
        fetch_page = fetch.PAGE.replace("/ca.crl", "/slow/3")
        self.lab.write("page.php", fetch_page.format(remote=fetch.CRL, deadline=""))
        return fetch.apache(self)

    def visits(self, number, apart, deadline=12):
        """Patient visitors."""
        return super().visits(number, apart, deadline)

    def trouble(self):
        """Visitors come without end."""
        return fetch.visited(self)

    def live_trouble(self):
        """The same."""
        return fetch.visited(self)

    def ask(self):
        """As a visitor."""
        return self.visitor, (f"http://[{fetch.APP}]:{fetch.PORT}/page.php",)
