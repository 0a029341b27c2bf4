"""One reproduction: what it builds, what an operator would say of it, what must come out."""

import contextlib
import dataclasses

# Verdicts of `inquest diagnose`, the weakest first.
STRENGTH = {"none": 0, "undecided": 0, "likely": 1, "confirmed": 2}


@dataclasses.dataclass(frozen=True)
class View:
    """A way to look: which points' captures, and the weakest verdict that is good enough.

    `expect` is a word of `STRENGTH`; "undecided" says that this evidence cannot tell, so that a
    verdict is no fault when it is right and its lack is none when the output says what to look at.
    """

    points: tuple
    expect: str
    compare: bool = False


class Incident:
    """Base of all reproductions; a file of `incidents` has one, its list names it.

    `case` is the casebook's id of the true cause, "" where there is none of the casebook (healthy,
    or trouble of no case). `equals` maps other ids that may be named to the reason why.
    """

    name = ""
    group = ""
    role = "incident"
    case = ""
    equals: dict = {}
    shows = ""
    made_by = ""
    topology = ""
    symptoms: tuple = ()
    """Answers of an operator: ids, or id=no."""
    views: dict = {}
    """Names of columns to `View`s; "capture" is the one that counts."""
    live = None
    """The weakest verdict of live probes; None where there is no target to ask."""
    host = None
    said = "undecided"
    together = "likely"
    checks: tuple = ()
    """Probes that are asked for by name: the deciding test of the group's case, with leave."""
    allow = "load"
    """What `diagnose --probe` may choose by itself afterwards."""
    seconds = 60
    ci = True
    """Whether continuous integration runs it."""
    keep: tuple = ()
    """Files of the folder that become replays of the case."""
    fixed = ""
    """What `fix` does, in words; "" where there is none."""

    def build(self, lab):
        """Make the network and start the services; remember what the other steps need."""
        raise NotImplementedError

    def points(self):
        """Names of capture points to (host, interface)."""
        raise NotImplementedError

    def workload(self):
        """The minutes that the captures hold: ordinary use, the trouble, ordinary use."""
        raise NotImplementedError

    @contextlib.contextmanager
    def trouble(self):
        """Keep the trouble up while somebody looks at the host."""
        yield

    @contextlib.contextmanager
    def live_trouble(self):
        """Keep the trouble up as far as it may be while the probes ask."""
        yield

    def look(self):
        """(host, options of `inquest diagnose --host`) of the host look."""
        raise NotImplementedError

    def ask(self):
        """(host, target and options of `inquest diagnose --probe`) of the live look."""
        raise NotImplementedError

    def fix(self):
        """Remove the cause; `workload` then runs a second time."""
