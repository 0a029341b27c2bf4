"""A path MTU black hole: large ClientHellos are cut in two, and the first part is lost."""

import time

from bench import split, wire
from bench.incident import View
from kit import services


class Reproduction(split.Split):
    """See the file's head."""

    name = "split-mtu"
    seconds = 220
    ci = False
    role = "rival"
    case = "pmtu-blackhole"
    shows = ("A wire drops what is longer than 1000 bytes without a word. The server's flight is "
             "lost (its certificate is large), small answers pass.")
    made_by = "Tests/Lab/bench/wire.py (longest 1000); nginx; curl"
    symptoms = ("tls-handshake-hangs", "large-fails-small-works", "ping-works",
                "only-one-path")
    views = {"capture": View(("balancer-side", "client", "server"), "undecided"),
             "capture client and server": View(("client", "server"), "undecided", True),
             "capture client": View(("client",), "undecided")}
    checks = ()
    live = "undecided"
    host = "undecided"
    together = "likely"
    choose = "flow"
    proxy = property(lambda self: wire.Wire(longest=1000))
    def serve(self):
        """nginx with a certificate that fills a segment, and a page that does."""
        pair = services.certificate(self.lab, kind="rsa4096")
        self.process = services.nginx(
            self.server, "client_header_timeout 4s; server { listen 443 ssl; listen 80; "
            f"ssl_certificate {pair[0]}; ssl_certificate_key {pair[1]}; "
            "location / { return 200 'ok'; } "
            "location /large { return 200 '" + "x" * 3000 + "'; } }", 443)

    def workload(self):
        """TLS, small pages in the clear, large ones."""
        running = []
        for number in range(12):
            path = ("https://{}/", "http://{}/", "http://{}/large")[number % 3]
            running.append(self.client.spawn("curl", "-sk", "-o", "/dev/null", "-m", "7",
                                             path.format(split.VIP)))
            time.sleep(0.25)
        for process in running:
            process.wait(20)
