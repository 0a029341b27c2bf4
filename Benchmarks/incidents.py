"""Incidents in numbers: lists and searches of a machine that has seen 100,000 of them."""
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys

import measure

CASES, INCIDENTS, FILE, GOAL = 10_000, 100_000, 10_000, 50    # goal in ms, whole process
RUNS = 15
WORDS = ("login checkout report upload search mail print sync stream backup slow hangs fails "
         "drops resets stalls times out half after deploy at night since monday").split()


def casebook(source, folder, count):
    """`count` cases: the shipped ones under other names, with the shipped vocabulary."""
    folder.mkdir()
    for name in ("symptoms.yaml", "findings.yaml"):
        (folder / name).write_bytes((source / name).read_bytes())
    cases = [(path.parent.parent.name, path.parent.name, path.read_text(encoding="utf-8"))
             for path in sorted(source.glob("*/*/case.md"))]
    for number in range(count):
        family, name, text = cases[number % len(cases)]
        # The finding that a case defines bears its name.
        text = re.sub(rf"\b{re.escape(name)}\b", f"{name}-{number}", text)
        place = folder / family / f"{name}-{number}"
        place.mkdir(parents=True)
        (place / "case.md").write_text(text, encoding="utf-8")
    return [f"{cases[n % len(cases)][1]}-{n}" for n in range(count)]


def facts(source):
    """Ids of the vocabulary, a few of them common."""
    text = "".join((source / name).read_text() for name in ("symptoms.yaml", "findings.yaml"))
    return re.findall(r"^\s*-?\s*id: (\S+)$", text, re.MULTILINE)


def incidents(known, cases, first, count, chance):
    """One export of `count` incidents."""
    entries = []
    for number in range(first, first + count):
        # One in eight facts is one of the ten that everybody has.
        chosen = {known[chance.randrange(10) if chance.random() < 0.125
                        else chance.randrange(len(known))] for _ in range(12)}
        stamp = f"2026-{1 + number % 12:02}-{1 + number % 28:02}T00:00:00Z"
        session = {
            "schema": "inquest.session/1",
            "id": f"{0x0199_0000_0000 + number:012x}"[:8] + "-" + f"{number & 0xffff:04x}"
                  + "-7000-8000-" + f"{number:012x}",
            "created": stamp, "updated": stamp, "targets": [f"host{number}.example:443"],
            "said": [" ".join(chance.choices(WORDS, k=6)) + f" ticket{number}"],
            "captures": [f"/var/captures/{number}.pcap"], "truncated": False, "done": [],
            "guesses": [],
            "judged": {"casebook": "0" * 40, "verdict": "likely", "case": chance.choice(cases),
                       "title": "A case", "probability": 0.8},
            "evidence": [{"id": fact, "kind": "finding" if "." in fact else "symptom",
                          "state": "present" if chance.random() < 0.6 else "absent",
                          "source": "operator", "summary": "As the operator said."}
                         for fact in sorted(chosen)],
        }
        entry = {"session": session}
        if number % 5 < 3:
            entry["outcome"] = {"number": 1, "time": stamp, "cause": chance.choice(cases),
                                "verified": number % 2 == 0, "fixed_by": "restart"}
        entries.append(entry)
    return {"schema": "inquest.incident-export/1", "inquest": "bench", "incidents": entries}


def fill(inquest, source, folder, note, count):
    """The environment's options and how long each incident took to import, in ms."""
    book, database = folder / "casebook", folder / "incidents.db"
    note(f"  casebook of {CASES:,} ...")
    cases = casebook(source, book, CASES)
    options = ["--casebook", str(book), "--database", str(database)]
    chance, known, spent = random.Random(1), facts(source), 0
    for first in range(0, count, FILE):
        note(f"  incidents from {first:,} ...")
        path = folder / "export.json"
        path.write_text(json.dumps(incidents(known, cases, first, FILE, chance)))
        used = measure.run([inquest, "incident", "import", str(path), "-q", *options])
        if used.status:
            sys.exit(f"bench: the import failed ({used.status})")
        spent += used.wall
    return options, spent * 1000 / count


def rows(last):
    return [
        ("incident list", ["incident", "list"], True),
        ("incident list --open", ["incident", "list", "--open"], True),
        ("incident list --resolved", ["incident", "list", "--resolved"], True),
        ("incident list --search, one has it",
         ["incident", "list", "--search", f"ticket{last}"], True),
        ("incident list --search, a quarter has it",
         ["incident", "list", "--search", "login"], True),
        ("incident list --search, three words",
         ["incident", "list", "--search", "mail slow deploy"], True),
        ("incident show, with past ones like it",
         ["incident", "show", "01990000-0001-7000-8000-000000000001"], False),
        ("case search", ["case", "search", "handshake hangs"], False),
        ("diagnose, learning from the ledger", ["diagnose", "--symptom", "restart-helps"], False),
    ]


def table(make, inquest, folder, source, markdown, note, count=INCIDENTS):
    folder = pathlib.Path(folder)
    options, each = fill(inquest, source, folder, note, count)
    size = os.path.getsize(folder / "incidents.db") / measure.MIB
    result = make(f"{CASES:,} cases, {count:,} incidents ({size:.0f} MiB, {each:.2f} ms to import "
                  "each): whole processes",
                  ["command", "wall ms, median", "worst", "CPU ms", "peak MiB", "goal"], markdown)
    for label, command, has_goal in rows(count - 1):
        note(f"  {label} ...")
        runs = RUNS if has_goal else 3
        measure.run([inquest, *command, *options])      # pages into the cache
        used = [measure.run([inquest, *command, *options]) for _ in range(runs)]
        wall = statistics.median(use.wall for use in used) * 1000
        goal = f"<= {GOAL} ms {'kept' if wall <= GOAL else 'MISSED'}" if has_goal else ""
        result.add(label, f"{wall:.1f}", f"{max(use.wall for use in used) * 1000:.1f}",
                   f"{statistics.median(use.cpu for use in used) * 1000:.1f}",
                   measure.mebibytes(max(use.peak for use in used)), goal)
    return result
