"""The same ban, brought about by another client: urllib with timeout=0.3."""

from bench import programs
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-python"
    seconds = 110
    ci = False
    keep = ("guard.pcap",)
    made_by = ("urllib with timeout=0.3 (programs/deadline.py); a Python web "
               "server; nftables")

    def cancel(self):
        """Eight requests of one program."""
        programs.python(self.one, "deadline.py", "http://198.51.100.80/slow/1", 8,
                        self.patient)
