"""The same ban, brought about by another client: OpenJDK 17 HttpClient with a timeout of 0.3 s."""

from bench import programs
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-java"
    keep = ("guard.pcap",)
    made_by = ("OpenJDK 17 HttpClient with a timeout of 0.3 s (programs/Deadline.java); a Python "
               "web server; nftables")

    def cancel(self):
        """Eight requests of one program."""
        programs.java(self.one, "Deadline.java", "http://198.51.100.80/slow/1", 8,
                      self.patient)
