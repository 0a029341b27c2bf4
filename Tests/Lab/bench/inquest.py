"""Runs the built program inside a namespace and reads its JSON."""

import dataclasses
import json
import os
import subprocess
import time

LIMIT = 420
"""Seconds for one look; probes bound themselves far below."""
# The kernel's log is the machine's: what other labs have caused there is hidden from this one.
ALONE = ("sh", "-c", 'mount --bind /dev/null /dev/kmsg; exec "$0" "$@"')


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What `inquest diagnose --json` said, as far as it is judged."""

    verdict: str
    leader: str
    probability: float
    rank: int
    """One-based place of the wanted case among those not excluded; 0 when it is excluded."""
    says_what_is_missing: bool
    seconds: float
    command: str

    @property
    def is_confident(self):
        """True when a case is named."""
        return self.verdict in ("confirmed", "likely")


class Inquest:
    """The program under test; `where` is a host of the lab, or None for outside."""

    def __init__(self, program, casebook, database):
        self.program, self.casebook = os.path.abspath(program), os.path.abspath(casebook)
        self.database = database

    def run(self, where, *arguments):
        """Run it; returns (text of standard output, seconds, command)."""
        argv = [self.program, *map(str, arguments), "--casebook", self.casebook,
                "--database", self.database]
        prefix = ["ip", "netns", "exec", where.namespace, *ALONE] if where else []
        environment = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8")
        begin = time.monotonic()
        done = subprocess.run(prefix + argv, capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, env=environment)
        command = " ".join(["inquest", *map(str, arguments)])
        if done.returncode not in (0, 1, 2, 3):
            raise RuntimeError(f"{command}: {done.returncode}: {done.stderr[:3000]}")
        return done.stdout, time.monotonic() - begin, command

    def probe(self, where, save, target, checks, *options):
        """`inquest probe TARGET CHECKS --allow disruptive --json` into a file."""
        text, _, _ = self.run(where, "probe", target, *checks, *options, "--allow", "disruptive",
                              "--json")
        with open(save, "w") as handle:
            handle.write(text)

    def diagnose(self, where, wanted, *arguments, save=None):
        """`inquest diagnose … --json`; `save` is a path for the whole answer."""
        text, seconds, command = self.run(where, "diagnose", *arguments, "--json")
        if save:
            with open(save, "w") as handle:
                handle.write(text)
        return self.verdict(json.loads(text), wanted, seconds, command)

    @staticmethod
    def verdict(answer, wanted, seconds=0.0, command=""):
        """The judged part of a diagnosis."""
        standing = [entry for entry in answer["cases"] if entry["verdict"] != "excluded"]
        ids = [entry["id"] for entry in standing]
        # The program orders by probability; a confirmed case leads whatever its place.
        proven = [entry for entry in standing if entry["verdict"] == "confirmed"]
        leader = (proven or standing or [{"id": "", "probability": 0}])[0]
        if proven:
            ids = [leader["id"]] + [name for name in ids if name != leader["id"]]
        rank = ids.index(wanted) + 1 if wanted in ids else 0
        missing = bool(answer["next"] or leader.get("missing"))
        return Verdict(answer["verdict"], leader["id"], leader["probability"], rank, missing,
                       seconds, command)
