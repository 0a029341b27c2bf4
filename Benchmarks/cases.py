"""`inquest case test` on a casebook of many made-up cases beside the shipped ones."""
import json
import os
import random
import shutil
import time

import measure

# Cases beside the shipped ones, cases tested (0: all), goal in seconds.
RUNS = [(100, 1, 2), (100, 0, 60), (10_000, 1, 2), (10_000, 100, 60)]
FAMILIES = ["tls", "tcp", "http", "dns", "load-balancing", "kernel-limits", "middlebox",
            "certificates", "timeouts-retries", "client-library"]
FINDINGS = 2000
WORDS = ["always", "usually", "usually", "sometimes", "sometimes"]


def finding(number):
    return f"capture.made.f{number:04}"


def vocabulary(folder):
    """So many words that cases overlap as real ones do: in families, never entirely."""
    with open(os.path.join(folder, "findings.yaml"), "w", encoding="utf-8") as file:
        file.write("format: inquest.findings/1\nfindings:\n")
        for number in range(FINDINGS):
            file.write(f"  - id: {finding(number)}\n"
                       f"    definition: Made-up fact {number} holds for three flows or more.\n"
                       "    effect: local\n    established-by: inquest capture FILE\n"
                       "    by-hand: tshark -r FILE\n    tier: 2\n")


def facts(number):
    """Findings of a case, each with its word; two of them decide, no other case has both."""
    chance = random.Random(number)
    half = FINDINGS // 2
    first, second = divmod(number, half)
    proof = [second, (second + 1 + first) % half]
    others = chance.sample(range(half, FINDINGS), 10)
    return proof, {fact: chance.choice(WORDS) for fact in others}


def evidence(path, present, absent):
    entries = [{"id": finding(fact), "state": state, "source": "capture:made.pcap"}
               for facts, state in ((present, "present"), (absent, "absent")) for fact in facts]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "inquest.evidence/1", "evidence": entries}, file)


SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation", "Story", "False leads"]
TEXT = ("Nobody has met it. It stands here so that a casebook of the size that a large company has "
        "can be measured; its words are as many as those of a short case, and no more is to them.\n")


def case(folder, number, captures):
    """Writes one case with a replay that fires and one that must not."""
    family = FAMILIES[number % len(FAMILIES)]
    name = f"made-up-{number:05}"
    home = os.path.join(folder, family, name)
    os.makedirs(os.path.join(home, "replays"))
    proof, others = facts(number)
    lists = "".join(f"  {finding(fact)}: {word}\n" for fact, word in
                    [*((fact, "always") for fact in proof), *others.items()])
    names = ", ".join(finding(fact) for fact in proof)
    miss = "miss.json"
    evidence(os.path.join(home, "replays", "fires.json"), [*proof, *list(others)[:6]],
             list(others)[6:])
    if number % 10 == 0:
        miss = "miss.pcap"
        shutil.copy(captures[number // 10 % len(captures)], os.path.join(home, "replays", miss))
    else:
        evidence(os.path.join(home, "replays", miss), [proof[0], *list(others)[:2]], [proof[1]])
    with open(os.path.join(home, "case.md"), "w", encoding="utf-8") as file:
        file.write(f"""---
format: inquest.case/1
id: {name}
title: Made-up cause {number} of a casebook that is measured
family: {family}
status: reviewed
base-rate: uncommon
sources:
  - title: Source {number}
    publisher: Nobody
    url: https://example.test/{number}
    kind: incident
symptoms:
  ping-works: usually
findings:
{lists}decided-by:
  test: Look whether both deciding findings are there.
  command: inquest diagnose --capture {{capture}}
  effect: local
  confirms:
    - [{names}]
  rivals:
    made-up-{(number + 10) % 100:05}: One of the two is missing.
false-leads: none known
fixes:
  mitigation: Restart it.
  root: Mend it.
verify:
  absent: [{finding(proof[0])}]
  window: an hour under load
  command: inquest diagnose --capture after.pcap
replays:
  - file: replays/fires.json
    expect: confirmed
    cites: [{names}]
  - file: replays/{miss}
    expect: not-confirmed
---
""" + "".join(f"\n## {heading}\n\n{TEXT}" for heading in SECTIONS))


def write(folder, count, shipped):
    """A casebook folder of so many cases, always the same."""
    captures = sorted(str(path) for path in shipped.glob("*/*/replays/*.pcap")
                      if path.stat().st_size < 30_000)
    os.makedirs(folder)
    vocabulary(folder)
    for number in range(count):
        case(folder, number, captures)
    return folder


def table(make, inquest, folder, root, markdown, note):
    """Wall time and CPU of the gate; the first run of a size builds the index and reads replays."""
    rows = make("inquest case test, beside the shipped cases",
                ["casebook", "tested", "first run s", "wall s", "CPU s", "peak MiB", "goal"],
                markdown)
    written, database = {}, os.path.join(folder, "cases.sqlite")
    cache = os.path.join(folder, "cache")
    for count, tested, goal in RUNS:
        note(f"  gate, {tested or 'all'} of {count:,} cases ...")
        if count not in written:
            written[count] = write(os.path.join(folder, f"book-{count}"), count, root / "casebook")
            # What has just been written is not trusted yet to be as it was.
            time.sleep(3)
        ids = [f"made-up-{number:05}" for number in range(tested)]
        command = ["env", f"XDG_CACHE_HOME={cache}", inquest, "case", "test",
                   *ids, "--quiet", "--database", f"{database}-{count}",
                   "--casebook", str(root / "casebook"), "--casebook", written[count]]
        first = measure.run(command)
        used = measure.run(command)
        verdict = f"<= {goal} s {'kept' if used.wall <= goal else 'MISSED'}"
        if used.status == 1:
            # What was measured: the gate did all its work and refused some of the made-up cases.
            verdict += ", some made-up cases refused"
        elif used.status != 0:
            verdict = f"failed, exit status {used.status}"
        rows.add(f"{count:,}", tested or "all", f"{first.wall:.2f}", f"{used.wall:.2f}", f"{used.cpu:.2f}",
                 measure.mebibytes(used.peak), verdict)
    return rows
