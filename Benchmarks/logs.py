"""`inquest diagnose --log` beside grep and ripgrep, on a log of a web server and its proxy."""
import os
import random
import re
import shutil

import measure

# Bytes, seconds of CPU for each GB, and runs of each command in turn with ours.
SIZE, GOAL, PAIRS = 1_000_000_000, 5, 3

# What one line in a hundred thousand bears.
KNOWN = ("2026/01/01 03:04:05 [error] 31#31: *1 upstream prematurely closed connection while "
         "reading response header from upstream\n")

def write(path, size):
    """About `size` bytes, always the same."""
    chance = random.Random(1)
    lines = [KNOWN]
    for _ in range(99_999):
        clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        client = f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"
        if chance.random() < 0.5:
            lines.append(f"{client} - - [01/Jan/2026:{clock} +0000] \"GET /a/"
                         f"{chance.randrange(10**6)} HTTP/1.1\" 200 5120 \"-\" \"curl/8.0\"\n")
        else:
            lines.append(f"2026/01/01 {clock} [error] 31#31: *{chance.randrange(10**6)} upstream "
                         f"timed out (110: Connection timed out) while connecting to upstream, "
                         f"client: {client}, server: example.test\n")
    block = "".join(lines).encode()
    with open(path, "wb") as file:
        for _ in range(max(1, size // len(block))):
            file.write(block)


def signatures(casebook):
    """The texts and patterns that the casebook's cases look for in logs, each once."""
    literals, patterns = set(), set()
    for path in sorted(casebook.glob("*/*/case.md")):
        text = path.read_text(encoding="utf-8")
        for kind, value in re.findall(r"^  - (literal|pattern): (.+)$", text, re.MULTILINE):
            if value.startswith("'"):
                value = value[1:-1].replace("''", "'")
            (literals if kind == "literal" else patterns).add(value)
    return sorted(literals), sorted(patterns)


def peers(folder, casebook):
    """Label and command but for the log; what is not installed."""
    literals, patterns = signatures(casebook)
    # grep knows no flags inside a pattern; without them it finds a little less.
    patterns = [text.removeprefix("(?i)") for text in patterns]
    everything = [re.sub(r"([][\\.^$*+?(){}|])", r"\\\1", text) for text in literals] + patterns
    lists = {}
    for name, texts in (("literals", literals), ("all", everything)):
        lists[name] = os.path.join(folder, f"{name}.txt")
        with open(lists[name], "w", encoding="utf-8") as file:
            file.write("".join(text + "\n" for text in texts))
    known = [
        (f"rg -c, all {len(everything)}", ["rg", "-c", "-f", lists["all"]]),
        (f"grep -cE, all {len(everything)}", ["grep", "-cE", "-f", lists["all"]]),
        (f"grep -cF, {len(literals)} literals", ["grep", "-cF", "-f", lists["literals"]]),
        ("grep -cF, 1 literal", ["grep", "-cF", literals[0]]),
        ("wc -l", ["wc", "-l"]),
    ]
    missing = [label for label, command in known if not shutil.which(command[0])]
    return [peer for peer in known if shutil.which(peer[1][0])], missing


def table(make, inquest, folder, casebook, markdown, note):
    """CPU of each command beside ours, in turn; and what is not installed."""
    note(f"  a log of {SIZE / 1e9:.0f} GB ...")
    path = os.path.join(folder, "server.log")
    write(path, SIZE)
    size = os.path.getsize(path) / 1e9
    rows = make(f"A log of {size:.2f} GB",
                ["command", "CPU s a GB", "x inquest", "spread", "peak MiB", "goal"], markdown)
    # grep stops at the first match when its output goes to /dev/null.
    output = os.path.join(folder, "found.txt")
    ours = [inquest, "diagnose", "--log", path, "--json"]
    measure.run(["wc", "-l", path])     # the file comes into the page cache
    base = measure.paired(ours, ours, PAIRS, output)
    verdict = f"<= {GOAL} s {'kept' if base.cpu / size <= GOAL else 'MISSED'}"
    if base.status not in (0, 1, 2, 3):
        verdict = f"failed, exit status {base.status}"
    rows.add("inquest diagnose --log", f"{base.cpu / size:.2f}", f"{base.ratio:.2f}", base.spread,
             measure.mebibytes(base.peak), verdict)
    found, missing = peers(folder, casebook)
    for label, command in found:
        note(f"  {label} ...")
        series = measure.paired([*command, path], ours, PAIRS, output)
        told = "" if series.status in (0, 1) else f"failed, exit status {series.status}"
        rows.add(label, f"{series.cpu / size:.2f}", f"{series.ratio:.2f}", series.spread,
                 measure.mebibytes(series.peak), told)
    os.remove(path)
    return rows, missing
