"""Before and after the fix: what the case's own proof of recovery says of the two captures."""

import json
import os


def _present(inquest, incident, files):
    """The findings that the captures of the column "capture" have, and the verdict on them."""
    view = incident.views["capture"]
    paths = [files[name] for name in view.points]
    arguments = ["--compare", *paths] if view.compare else [
        word for path in paths for word in ("--capture", path)]
    save = os.path.join(os.path.dirname(paths[0]), "fixed.diagnosis.json")
    verdict = inquest.diagnose(None, incident.case, *arguments, save=save)
    with open(save) as handle:
        evidence = json.load(handle)["evidence"]
    return {entry["id"] for entry in evidence if entry["state"] == "present"}, verdict


def faults(inquest, incident, before, after):
    """Sentences on a fix that the captures do not show: `verify.absent` of the case is the proof.

    Before, one of those findings at least is present; afterwards none, and the case is not named.
    """
    proof = set(inquest.case(incident.case)["verify"]["absent"])
    had, _ = _present(inquest, incident, before)
    has, verdict = _present(inquest, incident, after)
    found = []
    if not proof & had:
        found.append("nothing that the case's proof names was there before")
    found += [f"{name} is still there" for name in sorted(proof & has)]
    if verdict.is_confident:
        found.append(f"{verdict.verdict} {verdict.leader}")
    return found
