"""The same ban, brought about by another client: Go net/http with Client.Timeout of 0.3 s."""

from bench import programs
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-go"
    seconds = 115
    ci = False
    keep = ("guard.pcap",)
    made_by = ("Go net/http with Client.Timeout of 0.3 s (programs/deadline.go); a Python web "
               "server; nftables")

    def cancel(self):
        """Eight requests of one program."""
        programs.go(self.one, "deadline.go", "http://198.51.100.80/slow/1", 8,
                    self.patient)
