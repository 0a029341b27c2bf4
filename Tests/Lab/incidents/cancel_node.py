"""The same ban, brought about by another client: node fetch with AbortSignal.timeout(300)."""

from bench import programs
from incidents import cancel_curl


class Reproduction(cancel_curl.Reproduction):
    """See the file's head."""

    name = "cancel-node"
    seconds = 120
    ci = False
    keep = ("guard.pcap",)
    made_by = ("node fetch with AbortSignal.timeout(300) (programs/deadline.mjs); a Python web "
               "server; nftables")

    def cancel(self):
        """Eight requests of one program."""
        programs.node(self.one, "deadline.mjs", "http://198.51.100.80/slow/1", 8,
                      self.patient)
