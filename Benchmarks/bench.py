#!/usr/bin/env python3
"""Measure inquest against the price of reading a capture, and against other programs.

usage: bench.py [--full] [--captures | --probes | --sockets | --logs | --screens | --incidents |
                --cases]
                [--runs N] [--markdown] [--scratch DIR] [--inquest PROGRAM] [--generator PROGRAM]

Prints CPU times, ratios and peak memory beside the goals of the project. It judges nothing: a missed
goal is marked, the status stays 0. See README.md in this folder for how to read the tables.
Python's standard library only.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import cases
import engine
import incidents
import logs
import measure
import probes
import screens
import sockets

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIB = 1024 * 1024

# name, generator options
SIZES = [
    ("100 k", ["--packets", "100000"]),
    ("1 M", ["--packets", "1000000"]),
]
FULL = ("10 M", ["--packets", "10000000"])
# Frames cut at 128 bytes: little of the time is copying.
CUT = ("1 M, 128 bytes", ["--packets", "1000000", "--snaplen", "128"])
# All flows live at once, frames cut: little to copy and much to look up, so a goal of its own.
BURST = ("burst", ["--packets", "3000000", "--rate", "1000000", "--snaplen", "128"])
RATIO_GOALS = {"burst": (5, 4)}       # at most, aim; times the counting loop
# Million packets per CPU second at least, where that is the goal and not the ratio.
RATE_GOALS = {"1 M": 4, "1 M, 128 bytes": 6}
# How many times inquest's CPU they are to take at least; they do less than inquest but for tshark.
PEER_GOALS = {"softflowd": 1.5, "argus": 3, "tcptrace -n": 5, "tshark -n -q -z conv,tcp": 40,
              "tshark -n -Y tls.handshake -T fields": 65}
SMALL = ("1,000", ["--packets", "1000"])
# cases, updates, goal and aim of p95 in ms
ENGINE = [(100, 10_000, 1, 1), (100_000, 10_000, 16, 4)]


def kept(holds):
    return "kept" if holds else "MISSED"


def note(text):
    print(text, file=sys.stderr, flush=True)


def built(product):
    """The path of a release product."""
    done = subprocess.run([str(ROOT / "scripts" / "build.sh"), product], check=True,
                          stdout=subprocess.PIPE, text=True)
    return str(pathlib.Path(done.stdout.strip()) / product)


def compiled(name, folder, *libraries):
    """Compiles a program of this folder."""
    program = str(folder / name)
    source = str(ROOT / "Benchmarks" / f"{name}.c")
    done = subprocess.run(["cc", "-O2", "-o", program, source, *libraries],
                          stdout=sys.stderr, stderr=sys.stderr) if shutil.which("cc") else None
    if done is None or done.returncode:
        sys.exit(f"bench: {name} needs cc and libpcap-dev (scripts/dependencies.sh bench)")
    return program


class Capture:
    """A generated capture and its totals."""

    def __init__(self, generator, folder, name, options):
        self.name = name
        self.path = str(folder / (name.replace(" ", "").replace(",", "") + ".pcap"))
        manifest = self.path + ".json"
        used = measure.run([generator, "-o", self.path, "--manifest", manifest, *options])
        if used.status:
            sys.exit(f"bench: the generator failed ({used.status})")
        with open(manifest, encoding="utf-8") as file:
            self.totals = json.load(file)
        self.generated = used

    @property
    def packets(self):
        return self.totals["frames"]

    def describe(self):
        megabytes = self.totals["captured_bytes"] / 1e6
        return (f"{self.name}: {self.packets:,} packets, {megabytes:,.0f} MB, "
                f"{self.totals['flows']:,} flows")


def make_capture(generator):
    """A maker of captures in a folder, by name and generator options."""
    return lambda folder, name, options: Capture(generator, folder, name, options)


class Table:
    """Columns aligned for a terminal, or as Markdown."""

    def __init__(self, title, header, markdown):
        self.title, self.rows, self.markdown = title, [header], markdown

    def add(self, *cells):
        self.rows.append([str(cell) for cell in cells])

    def show(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(len(self.rows[0]))]
        print(f"\n{'### ' if self.markdown else ''}{self.title}\n")
        for number, row in enumerate(self.rows):
            cells = [cell.ljust(width) if i == 0 else cell.rjust(width)
                     for i, (cell, width) in enumerate(zip(row, widths))]
            print("| " + " | ".join(cells) + " |" if self.markdown else "  ".join(cells).rstrip())
            if number == 0 and self.markdown:
                print("|" + "|".join("---" for _ in cells) + "|")
        sys.stdout.flush()


class Bench:
    def __init__(self, arguments, folder):
        self.markdown = arguments.markdown
        self.runs = arguments.runs
        self.folder = folder
        self.loop = compiled("counting-loop", folder, "-lpcap")
        self.walk = compiled("walk", folder)
        self.inquest = arguments.inquest or built("inquest")
        self.generator = arguments.generator or built("capture-generator")
        self.missing = []

    @staticmethod
    def peak(usage):
        return measure.mebibytes(usage)

    def capture(self, name, options):
        capture = Capture(self.generator, self.folder, name, options)
        note(capture.describe())
        return capture

    def peers(self):
        """Other programs that are installed: label, arguments before the file, pairs to run."""
        pid = str(self.folder / "softflowd.pid")
        known = [
            ("softflowd", ["softflowd", "-d", "-p", pid, "-c", "none", "-n", "127.0.0.1:9", "-r"], 3),
            ("argus", ["argus", "-w", "/dev/null", "-r"], 3),
            ("tcptrace -n", ["tcptrace", "-n"], 3),
            ("tshark -n -q -z conv,tcp", ["tshark", "-n", "-q", "-z", "conv,tcp", "-r"], 1),
            ("tshark -n -Y tls.handshake -T fields", [
                "tshark", "-n", "-Y", "tls.handshake", "-T", "fields", "-e", "frame.number",
                "-e", "tcp.stream", "-e", "tls.handshake.type",
                "-e", "tls.handshake.extensions_server_name", "-r"], 1),
        ]
        path = os.environ.get("PATH", "") + ":/usr/sbin"    # where Debian has argus and softflowd
        found = [(label, [shutil.which(command[0], path=path), *command[1:]], pairs)
                 for label, command, pairs in known]
        self.missing = [label for label, command, _ in found if not command[0]]
        return [peer for peer in found if peer[1][0]]

    def measure_reading(self, capture, peers):
        """CPU and memory over one capture, each command in turn with the counting loop."""
        table = Table(
            capture.describe(),
            ["command", "CPU s", "M packets/CPU s", "x loop", "spread", "peak MiB", "goal"],
            self.markdown)
        reference = [self.loop, capture.path]
        measure.run(reference)      # the file comes into the page cache
        pairs = self.runs if capture.packets < 5_000_000 else max(3, self.runs // 3)
        base = measure.paired(reference, reference, max(3, pairs // 3))
        commands = [
            ("inquest capture --json", [self.inquest, "capture", capture.path, "--json"], pairs),
            ("inquest capture --flows", [self.inquest, "capture", capture.path, "--flows"],
             max(3, pairs // 2)),
            *[(label, [*command, capture.path], count) for label, command, count in peers],
        ]
        self.add(table, "counting loop (libpcap)", capture, base, "")
        walk = measure.paired([self.walk, capture.path], reference, max(3, pairs // 2))
        self.add(table, "walk over read(2)", capture, walk, "")
        analysis = None
        for label, command, count in commands:
            note(f"  {label} ...")
            series = measure.paired(command, reference, count)
            if label.endswith("--json"):
                analysis = series
            goal = self.goal(label, capture, series, analysis)
            if series is analysis and capture.name == "1 M":
                share = 100 * walk.ratio / series.ratio
                goal += f"; >= 35 % of the walk's speed {kept(share >= 35)} ({share:.0f})"
            self.add(table, label, capture, series, goal)
        table.show()
        return analysis

    def goal(self, label, capture, series, analysis):
        if label == "inquest capture --json":
            limit = 30_000_000 + 400 * capture.totals["flows"]
            memory = f"<= {limit / MIB:.0f} MiB {kept(series.peak <= limit)}"
            rate = RATE_GOALS.get(capture.name)
            if rate:
                memory += f"; >= {rate} M/CPU s {kept(capture.packets / series.cpu >= rate * 1e6)}"
            if capture.name == CUT[0]:
                return memory
            most, aim = RATIO_GOALS.get(capture.name, (1.5, 1.2))
            return (f"<= {most}x {kept(series.ratio <= most)}, aim {aim}x"
                    f"{'' if series.ratio > aim else ' kept'}; {memory}")
        if label.startswith("inquest") or not analysis:
            return ""
        times = series.ratio / analysis.ratio
        least = PEER_GOALS.get(label)
        verdict = "" if least is None else f"; >= {least}x {kept(times >= least)}"
        return f"{times:.{0 if times >= 10 else 1}f}x inquest's CPU{verdict}"

    def add(self, table, label, capture, series, goal):
        if series.status not in (0, 1):
            table.add(label, "-", "-", "-", "-", "-", f"failed, exit status {series.status}")
            return
        table.add(label, f"{series.cpu:.3f}", f"{capture.packets / series.cpu / 1e6:.2f}",
                  f"{series.ratio:.2f}", series.spread, self.peak(series.peak), goal)

    def measure_short(self, small):
        """What a user waits for: start, and a small capture diagnosed."""
        database = str(self.folder / "index.sqlite")
        diagnose = [self.inquest, "diagnose", "--database", database, "--capture", small.path]
        table = Table("Short runs (median)", ["command", "CPU ms", "peak MiB", "goal"],
                      self.markdown)
        measure.run(diagnose)       # the index of the casebook is built once
        rows = [
            ("inquest --version", [self.inquest, "--version"], 8),
            (f"inquest diagnose, {small.packets:,} packets", diagnose, 60),
            (f"inquest capture --json, {small.packets:,} packets",
             [self.inquest, "capture", small.path, "--json"], 15),
        ]
        if shutil.which("tshark"):
            rows.append((f"tshark -z conv,tcp, {small.packets:,} packets",
                         ["tshark", "-n", "-q", "-z", "conv,tcp", "-r", small.path], None))
        for label, command, goal in rows:
            cpu, peak, status = measure.median_cpu(command, 15)
            verdict = "" if goal is None else f"<= {goal} ms {kept(cpu * 1000 <= goal)}"
            if status not in (0, 1, 3):
                verdict = f"failed, exit status {status}"
            table.add(label, f"{cpu * 1000:.1f}", self.peak(peak), verdict)
        table.show()

    def measure_captures(self, full):
        """Captures of several sizes, the burst, and a small one as a whole process."""
        peers = self.peers()
        grown = []
        for name, options in SIZES + ([FULL] if full else []):
            capture = self.capture(name, options)
            used = peers if capture.packets < 5_000_000 else [
                peer for peer in peers if not peer[0].startswith("tshark")]
            grown.append((capture, self.measure_reading(capture, used)))
            os.remove(capture.path)
        for name, options in (CUT, BURST):
            capture = self.capture(name, options)
            self.measure_reading(capture, [])
            os.remove(capture.path)
        self.measure_short(self.capture(*SMALL))
        return grown

    def run(self, full):
        grown = self.measure_captures(full)
        self.measure_engine()
        self.measure_sockets()
        self.measure_logs()
        self.measure_probes()
        self.measure_screens()
        self.measure_incidents()
        self.measure_cases()
        self.summarise(grown)

    def measure_probes(self):
        """Handshakes against openssl s_client, many targets against sslyze."""
        note("  probes ...")
        probes.table(Table, self.inquest, self.folder, self.runs, self.markdown).show()

    def measure_screens(self):
        """What a person waits for, with much loaded."""
        note("  screens ...")
        screens.table(Table, self.inquest, make_capture(self.generator), self.folder,
                      self.markdown, note).show()

    def measure_cases(self):
        """The gate of one case and of a hundred, in a small casebook and in a large one."""
        note("  cases ...")
        cases.table(Table, self.inquest, str(self.folder), ROOT, self.markdown, note).show()

    def measure_engine(self):
        """An answer and the next step, over the engine's protocol."""
        table = Table(f"inquest engine, {engine.FACTS} facts: update and next step",
                      ["cases", "load s", "p50 ms", "p95 ms", "updates", "grown MiB", "goal"],
                      self.markdown)
        for cases, updates, goal, aim in ENGINE:
            note(f"  engine, {cases:,} cases ...")
            path = self.folder / "casebook.json"
            engine.casebook(path, cases)
            load, times, grown = engine.measure(self.inquest, path, updates)
            p95 = times[len(times) * 95 // 100] * 1000
            table.add(f"{cases:,}", f"{load:.2f}", f"{times[len(times) // 2] * 1000:.2f}",
                      f"{p95:.2f}", f"{updates:,}", f"{grown / MIB:.1f}",
                      f"<= {goal} ms {'kept' if p95 <= goal else 'MISSED'}, "
                      f"aim {aim} ms {'kept' if p95 <= aim else ''}")
        table.show()

    def measure_sockets(self):
        """One look at a large socket table."""
        if sockets.LACKS:
            self.missing.append(f"{sockets.LACKS} (the table of sockets)")
            return
        sockets.table(Table, self.inquest, self.markdown, note).show()

    def measure_logs(self):
        """A log looked through for every text that the casebook knows."""
        table, missing = logs.table(
            Table, self.inquest, self.folder, ROOT / "casebook", self.markdown, note)
        table.show()
        self.missing += missing

    def measure_incidents(self):
        """Lists and searches of many incidents."""
        note("  incidents ...")
        incidents.table(Table, self.inquest, self.folder, ROOT / "casebook", self.markdown,
                        note).show()

    def generator_rate(self):
        """Millions of packets per CPU second, nothing stored."""
        cpu, _, _ = measure.median_cpu(
            [self.generator, "--packets", "1000000", "-o", "/dev/null"], 3)
        return 1 / cpu

    def summarise(self, grown):
        print()
        if len(grown) > 1:
            (first, a), (last, b) = grown[0], grown[-1]
            flows = last.totals["flows"] - first.totals["flows"]
            print(f"From {first.name} to {last.name} packets inquest's CPU time grew "
                  f"{b.cpu / a.cpu:.1f} times and its peak memory by "
                  f"{(b.peak - a.peak) / MIB:.0f} MiB, {(b.peak - a.peak) / flows:.0f} bytes "
                  f"a flow (goal: time with the packets, memory with the flows only).")
        print(f"The generator composes {self.generator_rate():.1f} M packets per CPU second "
              f"(without storing them).")
        if self.missing:
            print("Not installed, so not measured: " + ", ".join(self.missing) + ".")
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}: trust the ratios, "
              f"each from runs in turn; CPU times move with what else runs here.")


def one_table(arguments, inquest, folder):
    """The table that was asked for, without captures."""
    if arguments.probes:
        table = probes.table(Table, inquest, folder, arguments.runs, arguments.markdown)
    elif arguments.sockets:
        if sockets.LACKS:
            sys.exit(f"bench: the table of sockets needs {sockets.LACKS}")
        table = sockets.table(Table, inquest, arguments.markdown, note)
    elif arguments.cases:
        table = cases.table(Table, inquest, folder, ROOT, arguments.markdown, note)
    else:
        table, missing = logs.table(
            Table, inquest, folder, ROOT / "casebook", arguments.markdown, note)
        if missing:
            note("Not installed, so not measured: " + ", ".join(missing) + ".")
    table.show()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="10 million packets too (6 GB)")
    parser.add_argument("--runs", type=int, default=9, help="pairs of runs (default 9)")
    parser.add_argument("--markdown", action="store_true", help="tables for a document")
    parser.add_argument("--captures", action="store_true", help="the tables of captures alone")
    parser.add_argument("--probes", action="store_true", help="the table of the probes alone")
    parser.add_argument("--sockets", action="store_true", help="the table of sockets alone")
    parser.add_argument("--logs", action="store_true", help="the table of logs alone")
    parser.add_argument("--screens", action="store_true", help="the table of the screens alone")
    parser.add_argument("--incidents", action="store_true",
                        help="the table of incidents alone")
    parser.add_argument("--cases", action="store_true", help="the table of the gate alone")
    parser.add_argument("--generator", help="make captures with this program (default: build it)")
    parser.add_argument("--scratch", help="where captures are written (default: a new folder)")
    parser.add_argument("--inquest", help="measure this program (default: build it)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="inquest-bench-", dir=arguments.scratch) as folder:
        if arguments.incidents:
            inquest = arguments.inquest or built("inquest")
            incidents.table(Table, inquest, folder, ROOT / "casebook", arguments.markdown,
                            note).show()
            return 0
        if arguments.probes or arguments.sockets or arguments.logs or arguments.cases:
            one_table(arguments, arguments.inquest or built("inquest"), folder)
            return 0
        if arguments.screens:
            inquest = arguments.inquest or built("inquest")
            generator = arguments.generator or built("capture-generator")
            screens.table(Table, inquest, make_capture(generator), pathlib.Path(folder),
                          arguments.markdown, note).show()
            return 0
        bench = Bench(arguments, pathlib.Path(folder))
        if arguments.captures:
            bench.summarise(bench.measure_captures(arguments.full))
            return 0
        bench.run(arguments.full)
    return 0


if __name__ == "__main__":
    sys.exit(main())
