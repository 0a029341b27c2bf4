"""The confusion matrix over all reproductions and looks, as text for people and for MATRIX.md."""

import collections
import dataclasses

LOOKS = ("capture", "live", "host", "symptoms", "all")
HEAD = """# What Inquest concludes in the lab

Written by `make lab-all`; each row is one reproduction with real software (`make lab
SCENARIO=<name>` plays one and leaves its captures). A cell is the verdict on what an operator could
have: a capture, live probes, a look at the host, answers about symptoms, or all of it.

`=` the true cause, confirmed or likely; `≡` an equal of it that the reproduction declares;
`·` nothing concluded, the true cause first; `-` nothing concluded, another first or none;
`X` another cause, named with confidence: a failure of the build. Blank: there is no such look.
"""


@dataclasses.dataclass
class Row:
    """What the matrix needs of one reproduction; plain values, so that it can cross processes."""

    name: str
    group: str
    role: str
    case: str
    cells: dict
    """Column to (sign, verdict, leader, rank, seconds)."""
    faults: list
    seconds: float
    fixed: str
    """"yes", "no", or "" where there is no fix."""


def _sign(incident, outcome):
    verdict = outcome.verdict
    if verdict.is_confident:
        if verdict.leader == incident.case:
            return "="
        return "≡" if verdict.leader in incident.equals else "X"
    return "·" if verdict.leader == incident.case else "-"


def row(played):
    """The row of a played incident."""
    incident = played.incident
    cells = {outcome.column: (_sign(incident, outcome), outcome.verdict.verdict,
                              outcome.verdict.leader, outcome.verdict.rank,
                              outcome.verdict.seconds) for outcome in played.outcomes}
    fixed = ("no" if played.fixed else "yes") if incident.fixed else ""
    return Row(incident.name, incident.group, incident.role, incident.case, cells, played.faults,
               played.seconds, fixed)


def failed(name, output):
    """The row of a reproduction that broke down."""
    return Row(name, "", "", "", {}, [f"{name}: it broke down: {output}"], 0.0, "")


def line(row):
    """One line for the terminal when a reproduction has ended."""
    cells = ", ".join(f"{column} {cell[0]} {cell[1]}" for column, cell in row.cells.items())
    return f"{'FAULT' if row.faults else 'ok'} {row.name} ({row.seconds:.0f} s): {cells}"


def _cell(row, column):
    if column not in row.cells:
        return ""
    sign, verdict, leader, _, _ = row.cells[column]
    if sign in "=·":
        return f"{sign} {verdict}"
    return f"{sign} {verdict} {leader}" if verdict != "none" else f"{sign} none"


def _looks(rows):
    lines = ["| reproduction | true cause | " + " | ".join(LOOKS) + " | fix shows | seconds |",
             "| --- " * (len(LOOKS) + 4) + "|"]
    for one in rows:
        cells = " | ".join(_cell(one, column) for column in LOOKS)
        lines.append(f"| {one.group} {one.name} | {one.case or one.role} | {cells} | {one.fixed} | "
                     f"{one.seconds:.0f} |")
    return lines


def _points(rows):
    lines = ["| reproduction | captured at | came out |", "| --- | --- | --- |"]
    for one in rows:
        for column in one.cells:
            if column not in LOOKS:
                lines.append(f"| {one.name} | {column} | {_cell(one, column)} |")
    return lines


def _confusion(rows):
    counts = collections.defaultdict(collections.Counter)
    for one in rows:
        for sign, verdict, leader, _, _ in one.cells.values():
            named = leader if verdict in ("confirmed", "likely") else "nothing"
            counts[one.case or "(no case)"][named] += 1
    lines = ["| true cause | looks | concluded |", "| --- | --- | --- |"]
    for case in sorted(counts):
        said = ", ".join(f"{number} {name}" for name, number in counts[case].most_common())
        lines.append(f"| {case} | {sum(counts[case].values())} | {said} |")
    return lines


def _goal(rows):
    """The incidents' own looks: capture, live or host, all; ranked first with a verdict."""
    first = named = total = 0
    for group in sorted({one.group for one in rows if one.role == "incident"}):
        ours = [one for one in rows if one.group == group and one.role == "incident"]
        for columns in (("capture",), ("live", "host"), ("all",)):
            total += 1
            first += all(_any(one, columns, "=≡·") for one in ours)
            named += all(_any(one, columns, "=≡") for one in ours)
    wrong = sum(cell[0] == "X" for one in rows for cell in one.cells.values())
    looks = sum(len(one.cells) for one in rows)
    return [f"Groups × (capture; live or host; all), in every variant: {first} of {total} rank the "
            f"true cause first, {named} of {total} name it as likely or confirmed. {wrong} of "
            f"{looks} looks name a wrong one. {sum(bool(one.faults) for one in rows)} of "
            f"{len(rows)} reproductions are not as expected."]


def _any(one, columns, signs):
    return any(column in one.cells and one.cells[column][0] in signs for column in columns)


def text(rows):
    """The whole document."""
    parts = [HEAD, *_goal(rows), "", "## By look", "", *_looks(rows), "",
             "## One point only", "", *_points(rows), "", "## Confusion", "", *_confusion(rows)]
    return "\n".join(parts) + "\n"
