"""Makes replays of what a run has left: small files below the case, which its front matter names.

They need no root afterwards: `inquest case test` diagnoses them. Host names and the lab's folders
are taken out; addresses are documentation ranges from the start.
"""

import glob
import json
import os
import re
import shutil
import socket

LIMIT = 200_000
"""Bytes that a kept file may have."""
WORDS = {"confirmed": "confirmed", "likely": "likely", "undecided": "not-enough-evidence"}
CITED = 4
"""Findings that a replay cites at most."""
HEAD = """# Replays from the lab

What `make lab-all` has seen with real software in network namespaces: captures, and what probes and
looks at the host had recorded (`--record`). Written by `python3 Tests/Lab/run.py --keep FOLDER`.
"""


def folder_of(casebook, case):
    """The case's folder, found by its id."""
    for family in sorted(os.listdir(casebook)):
        path = os.path.join(casebook, family, case)
        if os.path.isdir(path):
            return path
    raise FileNotFoundError(case)


def _clean(text):
    """Evidence without this machine's name and folders."""
    text = re.sub(r"/tmp/inquest-iq[^/\"]*", "/lab", text)
    return text.replace(f"host:{socket.gethostname()}", "host:lab")


def _copy(source, target):
    if source.endswith(".json"):
        with open(source) as handle:
            text = _clean(handle.read())
        with open(target, "w") as handle:
            handle.write(text)
    else:
        shutil.copyfile(source, target)
    if os.path.getsize(target) > LIMIT:
        raise ValueError(f"{target}: {os.path.getsize(target)} bytes are too many for a replay")


def _outcome(inquest, case, path):
    """(verdict word for the case file, what it cites) of a kept file."""
    option = "--evidence" if path.endswith(".json") else "--capture"
    answer = json.loads(inquest.run(None, "diagnose", option, path, "--json")[0])
    verdict = inquest.verdict(answer, case)
    present = {entry["id"] for entry in answer["evidence"] if entry["state"] == "present"}
    telling = [entry["id"] for one in answer["cases"] if one["id"] == case for entry in one["for"]
               if entry["state"] == "present" and entry["id"] in present]
    if verdict.verdict == "none" or verdict.is_confident and verdict.leader != case:
        return "not-confirmed", telling[:CITED]
    return WORDS[verdict.verdict], telling[:CITED]


def _name_in_case(path, entries):
    """Put the entries into the list `replays` of a case file, in place of earlier ones."""
    with open(path) as handle:
        text = handle.read()
    head, body = text[4:].split("\n---\n", 1)
    before, listed = head.split("\nreplays:\n")
    blocks = [block for block in re.split(r"\n(?=  - file:)", "\n" + listed)[1:]
              if "file: replays/lab/" not in block]
    blocks += [f"  - file: replays/lab/{name}\n    expect: {word}"
               + (f"\n    cites:\n" + "\n".join(f"      - {fact}" for fact in cites)
                  if cites else "") for name, word, cites in entries]
    with open(path, "w") as handle:
        handle.write("---\n" + before + "\nreplays:\n" + "\n".join(blocks) + "\n---\n" + body)


def forget(casebook):
    """Remove all that an earlier run has kept."""
    for found in glob.glob(os.path.join(casebook, "*", "*", "replays", "lab")):
        shutil.rmtree(found)
        _name_in_case(os.path.join(os.path.dirname(os.path.dirname(found)), "case.md"), [])


def keep(inquest, casebook, played, incidents):
    """Replays of all these incidents, from the folder `played`; returns how many files."""
    forget(casebook)
    by_case = {}
    for incident in incidents:
        for name in incident.keep if incident.case else ():
            by_case.setdefault(incident.case, []).append((incident, name))
    number = 0
    for case, wanted in by_case.items():
        folder = folder_of(casebook, case)
        target = os.path.join(folder, "replays", "lab")
        os.makedirs(target)
        entries, notes = [], [HEAD]
        for incident, name in wanted:
            kept = f"{incident.name}-{name}"
            _copy(os.path.join(played, incident.name, name), os.path.join(target, kept))
            word, cites = _outcome(inquest, case, os.path.join(target, kept))
            entries.append((kept, word, cites))
            notes.append(f"## {kept}\n\nExpected: **{word}**. {incident.shows}\n\n"
                         f"- Made by: {incident.made_by}\n- Topology: {incident.topology}\n"
                         f"- Again: `make lab SCENARIO={incident.name}`\n")
            number += 1
        _name_in_case(os.path.join(folder, "case.md"), entries)
        with open(os.path.join(target, "README.md"), "w") as handle:
            handle.write("\n".join(notes).rstrip() + "\n")
    return number
