"""Apache with mod_php and curl without a deadline; the remote leaves extra connections silent."""

from bench import fetch
from bench.incident import View


class Reproduction(fetch.Fetch):
    """See the file's head."""

    name = "fetch-php"
    seconds = 200
    keep = ("app.pcap", "host.json")
    case = fetch.CASE
    shows = ("Eight Apache workers; each page fetches a CRL by PHP's curl without a deadline. The "
             "remote answers three connections of an address at once and leaves the others "
             "silent. After a rush all workers wait for good; visitors leave after 4 s.")
    made_by = ("Apache 2.4 prefork, mod_php, php-curl; haproxy as remote (http-request tarpit "
               "beyond three connections of an address); curl -m 4 as visitors")
    views = {"capture": View(("app",), "likely"),
             "capture visitor": View(("visitor",), "undecided")}
    live = "undecided"
    host = "likely"
    together = "confirmed"
    fixed = "CURLOPT_CONNECTTIMEOUT and CURLOPT_TIMEOUT, 2 s"

    def fix(self):
        """The deadline, and new workers."""
        self.stop()
        self.deadline = ("curl_setopt($fetch, CURLOPT_CONNECTTIMEOUT, 2);\n"
                         "curl_setopt($fetch, CURLOPT_TIMEOUT, 2);")
        self.process = self.start()
