"""Incidents in numbers: lists and searches of a machine that has seen 100,000 of them."""
import json
import os
import pathlib
import random
import re
import statistics
import sys
import time

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
    places = {name: place for place, (_, name, _) in enumerate(cases)}
    for number in range(count):
        family, name, text = cases[number % len(cases)]
        # The finding that a case defines bears its name.
        text = re.sub(rf"\b{re.escape(name)}\b", f"{name}-{number}", text)
        # Its rivals are those of the same round, or of the one before where that is not whole: a
        # rival that does not exist is an error.
        first = number - number % len(cases)
        if first + len(cases) > count >= len(cases):
            first -= len(cases)
        text = re.sub(r"^( +)([a-z0-9-]+):", lambda key: key[0] if key[2] not in places else
                      f"{key[1]}{key[2]}-{first + places[key[2]]}:", text,
                      flags=re.MULTILINE)
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
        stamp = f"2025-{1 + number % 12:02}-{1 + number % 28:02}T00:00:00Z"
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


def settled(inquest, options, note):
    """Lets the casebook be indexed, and waits until its files are old enough to be trusted to be
    as they were: two seconds."""
    note("  index ...")
    used = measure.run([inquest, "case", "list", *options])
    if used.status:
        sys.exit(f"bench: the casebook cannot be read ({used.status})")
    time.sleep(3)
    measure.run([inquest, "case", "list", *options])
    return used


def fill(inquest, source, folder, note, count):
    """The environment's options and how long each incident took to import, in ms."""
    book, database = folder / "casebook", folder / "incidents.db"
    note(f"  casebook of {CASES:,} ...")
    cases = casebook(source, book, CASES)
    options = ["--casebook", str(book), "--database", str(database)]
    settled(inquest, options, note)
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
        ("case list", ["case", "list"], True),
        ("case list --json", ["case", "list", "--json"], True),
        ("case search, two words", ["case", "search", "handshake hangs"], True),
        ("case search, nothing has it", ["case", "search", "xyzzy"], True),
        ("incident show, with past ones like it",
         ["incident", "show", "01990000-0001-7000-8000-000000000001"], False),
        ("diagnose, learned before", ["diagnose", "--symptom", "restart-helps"], False),
        ("inquest --version: the start of the process alone", ["--version"], False),
    ]


def first_learning(inquest, options, note):
    """A diagnosis that has to learn from the whole ledger; what it learns is kept."""
    note("  learning ...")
    return measure.run([inquest, "diagnose", "--symptom", "restart-helps", *options])


def table(make, inquest, folder, source, markdown, note, count=INCIDENTS):
    folder = pathlib.Path(folder)
    options, each = fill(inquest, source, folder, note, count)
    size = os.path.getsize(folder / "incidents.db") / measure.MIB
    result = make(f"{CASES:,} cases, {count:,} incidents ({size:.0f} MiB, {each:.2f} ms to import "
                  "each): whole processes",
                  ["command", "wall ms, median", "worst", "CPU ms", "peak MiB", "goal"], markdown)
    learning = first_learning(inquest, options, note)
    result.add("diagnose, the first time: learns from the ledger", f"{learning.wall * 1000:.0f}",
               "", f"{learning.cpu * 1000:.0f}", measure.mebibytes(learning.peak), "")
    for label, command, has_goal in rows(count - 1):
        note(f"  {label} ...")
        runs = RUNS if has_goal else 3
        line = [inquest, *command, *([] if command == ["--version"] else options)]
        measure.run(line)       # pages into the cache
        used = [measure.run(line) for _ in range(runs)]
        wall = statistics.median(use.wall for use in used) * 1000
        goal = f"<= {GOAL} ms {'kept' if wall <= GOAL else 'MISSED'}" if has_goal else ""
        if failed := [use.status for use in used if use.status not in (0, 1, 3)]:
            goal = f"failed, exit status {failed[0]}"
        result.add(label, f"{wall:.1f}", f"{max(use.wall for use in used) * 1000:.1f}",
                   f"{statistics.median(use.cpu for use in used) * 1000:.1f}",
                   measure.mebibytes(max(use.peak for use in used)), goal)
    return result
