"""The README of each replays folder, written from what the scenarios declare."""

import collections
import os
import re
import subprocess

from .scenario import FIXTURES, HELDOUT, REGISTRY, ROOT, Heldout

INTRO = """# {title}

Real traffic of real programs in network namespaces that were made for it and deleted again; no
packet left the machine. This file is written by `python3 Tests/Replays/make.py --readme`.

Programs: {programs}.

"""


def _first_line(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def _version(*argv):
    found = re.search(r"\d+(\.\d+)+[a-z]?", _first_line(*argv))
    return found.group() if found else "of unknown version"


def programs():
    """Names and versions of the programs that the scenarios use."""
    kernel = os.uname().release.split("-")[0]
    stunnel = subprocess.run(["stunnel", "-version"], capture_output=True, text=True).stderr
    stunnel = re.search(r"stunnel (\d+\.\d+)", stunnel)
    return ", ".join([
        f"Linux {kernel}", f"OpenSSL {_version('openssl', 'version')}",
        f"nginx {_version('nginx', '-v')}", f"HAProxy {_version('haproxy', '-v')}",
        f"stunnel {stunnel.group(1) if stunnel else '5'}",
        f"curl {_version('curl', '--version')}", f"Python {_version('python3', '--version')}",
        f"OpenJDK {_version('java', '-version')}", f"tcpdump {_version('tcpdump', '--version')}",
        f"dumpcap {_version('dumpcap', '--version')}"])


def more_programs():
    """Names and versions of the programs that only held-out scenarios use."""
    return ", ".join([
        f"Apache {_version('apache2', '-v')}", f"Ncat {_version('ncat', '--version')}",
        f"node {_version('node', '--version')}", f"Perl {_version('perl', '-v')}",
        f"Ruby {_version('ruby', '--version')}"])


def _entry(made, replay):
    lines = [f"## {replay.file}", ""]
    if isinstance(replay, Heldout):
        lines += [f"Expected first: **{replay.first}**, verdict: **{replay.verdict}**.", ""]
    elif replay.verdict:
        lines += [f"Deserves: **{replay.verdict}**.", ""]
    lines += [replay.shows.strip(), ""]
    if replay.findings:
        lines += [f"Findings: `{'`, `'.join(replay.findings.split())}`.", ""]
    lines += [f"- Made by: {made.made_by}", f"- Topology: {made.topology}",
              f"- Remake: `sudo python3 Tests/Replays/make.py {made.name}`", ""]
    if replay.checks:
        lines += ["Packets that tshark finds in it:", "", "| display filter | packets |",
                  "| --- | --- |"]
        for display_filter, low, high in replay.checks:
            number = str(low) if low == high else f"{low}-{high}"
            lines.append(f"| `{display_filter.replace('|', chr(92) + '|')}` | {number} |")
        lines.append("")
    return "\n".join(lines)


def _title(folder):
    if folder == FIXTURES:
        return "Captures that no case may claim"
    if folder.startswith(HELDOUT):
        return f"Held-out captures: {os.path.basename(folder)}"
    return "Replays of this case"


def write_expected():
    """Write the table of what is expected of each held-out capture."""
    rows = sorted((f"{replay.case}/{replay.file}", replay.first, replay.verdict)
                  for made in REGISTRY.values() for replay in made.replays
                  if isinstance(replay, Heldout) and os.path.exists(
                      os.path.join(ROOT, replay.path)))
    with open(os.path.join(ROOT, HELDOUT, "expected.tsv"), "w") as handle:
        handle.writelines("\t".join(row) + "\n" for row in rows)


def write_all(heldout):
    """Write one README.md a folder of the held-out captures or of the others."""
    folders = collections.defaultdict(list)
    for made in (made for made in REGISTRY.values() if made.heldout == heldout):
        for replay in made.replays:
            folders[os.path.dirname(replay.path)].append((made, replay))
    used = f"{programs()}, {more_programs()}" if heldout else programs()
    for folder, entries in folders.items():
        title = _title(folder)
        entries = [pair for pair in entries if os.path.exists(os.path.join(ROOT, pair[1].path))]
        if not entries:
            continue
        text = INTRO.format(title=title, programs=used)
        text += "\n".join(_entry(*pair) for pair in entries)
        with open(os.path.join(ROOT, folder, "README.md"), "w") as handle:
            handle.write(text.rstrip() + "\n")
    if heldout:
        write_expected()
