"""Plays one reproduction from an empty network to the judged looks, and leaves what it saw."""

import contextlib
import dataclasses
import os
import sys
import time

from kit.capture import Capture
from kit.lab import Lab

from . import fixing, notes
from .incident import STRENGTH
from .inquest import Inquest, Verdict


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One look of one reproduction: what was expected, what came out, and whether that is good."""

    column: str
    expect: str
    verdict: Verdict
    fault: str
    """Why it is not good; "" when it is."""


@dataclasses.dataclass
class Played:
    """All looks of one reproduction."""

    incident: object
    folder: str
    outcomes: list
    fixed: list
    """Sentences on the capture after the fix; empty where there is no fix."""
    seconds: float = 0.0

    @property
    def faults(self):
        """Sentences on all that is not as it must be."""
        return [f"{self.incident.name}, {outcome.column}: {outcome.fault}"
                for outcome in self.outcomes if outcome.fault] + [
                    f"{self.incident.name}, after the fix: {line}" for line in self.fixed]


def judge(incident, expect, verdict):
    """Why this verdict is wrong for this incident, or ""."""
    right = {incident.case, *incident.equals} - {""}
    if verdict.is_confident and verdict.leader not in right:
        return f"{verdict.verdict} {verdict.leader}, which is not the cause"
    if STRENGTH[verdict.verdict] < STRENGTH[expect]:
        return f"{verdict.verdict}, {verdict.leader} first, where {expect} is expected"
    if not verdict.is_confident and incident.case and not verdict.says_what_is_missing:
        return "undecided, and it does not say what to look at next"
    return ""


class Player:
    """The looks at one reproduction, in the order in which they disturb least."""

    def __init__(self, incident, inquest, folder):
        self.incident, self.inquest, self.folder = incident, inquest, folder
        self.outcomes, self.recorded = [], []

    def path(self, name):
        """A file of the folder that is left."""
        return os.path.join(self.folder, name)

    def capture(self, moment):
        """Run the workload with captures at every point; returns point names to files."""
        files = {name: self.path(f"{name}{moment}.pcap") for name in self.incident.points()}
        with contextlib.ExitStack() as stack:
            for name, (host, interface) in self.incident.points().items():
                stack.enter_context(Capture(host, interface, files[name]))
            self.incident.workload()
        return files

    def look(self, column, expect, where, *arguments, record=True):
        """One `inquest diagnose`; notes what came of it."""
        stem = column.replace(" ", "-")
        if record:
            self.recorded.append(self.path(f"{stem}.json"))
            arguments += ("--record", self.recorded[-1])
        verdict = self.inquest.diagnose(
            where, self.incident.case, *arguments, save=self.path(f"{stem}.diagnosis.json"))
        fault = judge(self.incident, expect, verdict)
        self.outcomes.append(Outcome(column, expect, verdict, fault))

    def view(self, column, view, files):
        """Judge captures of some points, compared with each other or one by one."""
        arguments = []
        if view.compare:
            arguments += ["--compare", *(files[name] for name in view.points)]
        else:
            for name in view.points:
                arguments += ["--capture", files[name]]
        self.look(column, view.expect, None, *arguments, record=column == "capture")

    def live(self):
        """The deciding test of the suspicion that the group is about, then the safe bundle."""
        incident = self.incident
        with incident.live_trouble():
            where, (target, *options) = incident.ask()
            options += ["--timeout", 4]
            known = []
            if incident.checks:
                known = ["--evidence", self.path("checks.json")]
                self.inquest.probe(where, known[1], target, incident.checks, *options)
            self.look("live", incident.live, where, target, *options, *known, "--probe",
                      "--no-input", "--allow", incident.allow)

    def play(self):
        """Everything; the lab is gone afterwards, the folder stays."""
        incident, begin, fixed = self.incident, time.monotonic(), []
        with Lab(incident.name) as lab:
            incident.build(lab)
            files = self.capture("")
            for column, view in incident.views.items():
                self.view(column, view, files)
            if incident.host is not None:
                where, arguments = incident.look()
                with incident.trouble():
                    self.look("host", incident.host, where, "--host", *arguments)
            if incident.live is not None:
                self.live()
            said = [word for answer in incident.symptoms for word in ("--symptom", answer)]
            if said:
                self.look("symptoms", incident.said, None, *said, record=False)
            evidence = [word for path in self.recorded for word in ("--evidence", path)]
            self.look("all", incident.together, None, *evidence, *said, record=False)
            if incident.fixed:
                incident.fix()
                fixed = fixing.faults(self.inquest, incident, files, self.capture("-fixed"))
        played = Played(incident, self.folder, self.outcomes, fixed, time.monotonic() - begin)
        notes.write(played)
        return played


def play(incident, program, casebook, folder):
    """Play it, bounded by the parent; the folder is made."""
    os.makedirs(folder, exist_ok=True)
    inquest = Inquest(program, casebook, os.path.join(folder, ".index.sqlite"))
    try:
        return Player(incident, inquest, folder).play()
    finally:
        for name in os.listdir(folder):
            if name.startswith(".index.sqlite"):
                os.unlink(os.path.join(folder, name))
        sys.stdout.flush()
