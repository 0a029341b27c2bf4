"""What a scenario makes, said once: the maker, the README and the checks all read it."""

import dataclasses
import os
import subprocess

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
FIXTURES = "Tests/Fixtures/captures"
HELDOUT = "Tests/Fixtures/heldout"


@dataclasses.dataclass(frozen=True)
class Replay:
    """One capture file and what it deserves.

    `case` is "family/id", or "" for traffic that belongs to no case. `checks` are tuples of a
    tshark display filter and the fewest and most packets that it must match.
    """

    case: str
    file: str
    verdict: str
    shows: str
    findings: str = ""
    checks: tuple = ()

    @property
    def path(self):
        """The file's place, relative to the repository."""
        folder = f"casebook/{self.case}/replays" if self.case else FIXTURES
        return f"{folder}/{self.file}"

    @property
    def target(self):
        """The absolute path, its folder made."""
        path = os.path.join(ROOT, self.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path


@dataclasses.dataclass(frozen=True)
class Heldout(Replay):
    """A capture that nothing was tuned to; `case` is the folder: a case's id, or "healthy".

    `verdict` is what a fair reader of the packets expects: confirmed, likely (or better), any
    (only the first rank counts) or not-confirmed.
    """

    @property
    def path(self):
        """The file's place, relative to the repository."""
        return f"{HELDOUT}/{self.case}/{self.file}"

    @property
    def first(self):
        """The case that should be ranked first, or "none"."""
        return "none" if self.case == "healthy" else self.case


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A function that makes one or more captures in a lab of its own."""

    name: str
    made_by: str
    topology: str
    replays: tuple
    function: object
    seconds: int

    @property
    def heldout(self):
        """True when all that it makes is held out."""
        return all(isinstance(replay, Heldout) for replay in self.replays)


REGISTRY = {}


def scenario(name, replays, made_by, topology, seconds=15):
    """Register a maker; its parameters are the target paths, in the order of `replays`."""
    def register(function):
        REGISTRY[name] = Scenario(name, made_by, topology, tuple(replays), function, seconds)
        return function
    return register


def count(path, display_filter):
    """How many packets of a file match a display filter (TLS looked for on any port)."""
    done = subprocess.run(
        ["tshark", "-r", path, "-Y", display_filter, "-T", "fields", "-e", "frame.number"],
        capture_output=True, text=True, timeout=120, check=True)
    return len(done.stdout.split())


def faults(replay):
    """Sentences on each check of a replay's file that does not hold."""
    path = os.path.join(ROOT, replay.path)
    if not os.path.exists(path):
        return [f"{replay.path}: missing"]
    found = []
    for display_filter, low, high in replay.checks:
        number = count(path, display_filter)
        if not low <= number <= high:
            found.append(f"{replay.path}: {display_filter}: {number}, not {low}..{high}")
    return found
