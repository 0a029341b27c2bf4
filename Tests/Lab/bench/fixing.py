"""Before and after the fix: what `inquest incident verify` says of the two captures."""

import json
import os


def _captures(incident, files):
    """The captures of the column "capture", as arguments."""
    view = incident.views["capture"]
    paths = [files[name] for name in view.points]
    return ["--compare", *paths] if view.compare else [
        word for path in paths for word in ("--capture", path)]


def _verify(inquest, incident, before, files):
    """The outcome for captures that are said to be of after the fix, and what kept it open."""
    text, _, _ = inquest.run(
        None, "incident", "verify", "--case", incident.case, "--before", before, "--json",
        *_captures(incident, files))
    document = json.loads(text)
    return document["outcome"], document["missing"]


def faults(inquest, incident, before, after):
    """Sentences on a fix that is not seen to work, or on trouble that is taken for mended."""
    evidence = os.path.join(os.path.dirname(next(iter(before.values()))), "before.diagnosis.json")
    inquest.diagnose(None, incident.case, *_captures(incident, before), save=evidence)
    found = []
    outcome, _ = _verify(inquest, incident, evidence, before)
    if outcome != "not-fixed":
        found.append(f"before the fix: {outcome}")
    outcome, missing = _verify(inquest, incident, evidence, after)
    if outcome != "fixed":
        found.append(f"after the fix: {outcome} " + " ".join(missing))
    return found
