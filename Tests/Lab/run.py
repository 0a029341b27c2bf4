#!/usr/bin/env python3
"""Play incidents in network namespaces and judge what Inquest makes of them.

    run.py [--list]              names them
    run.py NAME…                 plays these, leaves captures, evidence and a README, prints where
    run.py --all [--jobs N]      plays all, prints the matrix and writes Tests/Lab/MATRIX.md
    run.py --ci [--jobs N]       plays those that continuous integration runs, prints the matrix
    run.py --keep FOLDER         makes replays of the cases from what a run has left there
    run.py --clean               removes what a killed run left

Exit code 0 when every verdict is as it must be, 1 when one is not, 2 wrong usage.
"""

import argparse
import concurrent.futures
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "Tests", "Replays")]

from bench import clean, keep, matrix  # noqa: E402
from bench.inquest import Inquest  # noqa: E402
from bench.play import play  # noqa: E402
import incidents  # noqa: E402

MATRIX = os.path.join(HERE, "MATRIX.md")
PROGRAM = os.path.join(ROOT, ".build", "release", "inquest")


def one(name, options):
    """Play in this process; its outcome goes to a file that the parent reads."""
    folder = os.path.join(options.output, name)
    played = play(incidents.named(name), options.program, options.casebook, folder)
    with open(os.path.join(folder, ".played"), "wb") as handle:
        pickle.dump(matrix.row(played), handle)


def child(name, options):
    """Play in a process of its own, so that one that fails disturbs no other; returns its row."""
    argv = [sys.executable, os.path.abspath(__file__), "--child", name, "--program",
            options.program, "--casebook", options.casebook, "--output", options.output]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output, _ = process.communicate(timeout=incidents.named(name).seconds * 5 + 300)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        output += "\nstopped: it did not end"
    kept = os.path.join(options.output, name, ".played")
    if process.returncode or not os.path.exists(kept):
        return matrix.failed(name, output[-4000:])
    with open(kept, "rb") as handle:
        row = pickle.load(handle)
    os.unlink(kept)
    return row


def play_all(names, options):
    """Play side by side, the longest first; prints each as it ends; returns rows in list order."""
    rows = {}
    order = sorted(names, key=lambda name: -incidents.named(name).seconds)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = {pool.submit(child, name, options): name for name in order}
        for future in concurrent.futures.as_completed(waiting):
            row = future.result()
            rows[waiting[future]] = row
            print(matrix.line(row), flush=True)
    return [rows[name] for name in names]


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="name the incidents")
    parser.add_argument("--all", action="store_true", help="play all, write MATRIX.md")
    parser.add_argument("--ci", action="store_true", help="play those of continuous integration")
    parser.add_argument("--clean", action="store_true", help="remove what a killed run left")
    parser.add_argument("--keep", metavar="FOLDER",
                        help="make replays of the cases from what a run has left there")
    parser.add_argument("--jobs", type=int, default=5, help="how many at once (5)")
    parser.add_argument("--program", default=PROGRAM, help="the inquest to judge")
    parser.add_argument("--casebook", default=os.path.join(ROOT, "casebook"))
    parser.add_argument("--output", help="where the folders go; default: a temporary folder")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in incidents.names()]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)} (see --list)")
    return options


def show_list():
    """The incidents by group, with what each is."""
    for name in incidents.names():
        incident = incidents.named(name)
        print(f"{name:34} {incident.group} {incident.role:9} "
              f"{incident.case or 'no case'}{'' if incident.ci else '  (make lab-all only)'}")


def main():
    """See the file's head."""
    options = arguments()
    if options.keep:
        database = os.path.join(options.keep, ".index.sqlite")
        inquest = Inquest(options.program, options.casebook, database)
        number = keep.keep(inquest, options.casebook, options.keep,
                           [incidents.named(name) for name in incidents.names()])
        print(f"{number} replays; now: inquest case test")
        return 0
    if options.clean:
        print("\n".join(clean.clean()) or "nothing was left")
        return 0
    if not (options.names or options.all or options.ci or options.child):
        show_list()
        return 0
    if os.geteuid() != 0:
        print("lab: needs root to make network namespaces: run it with sudo", file=sys.stderr)
        return 2
    if options.child:
        try:
            one(options.child, options)
        except Exception:
            traceback.print_exc()
            return 1
        return 0
    temporary = not options.output
    options.output = options.output or tempfile.mkdtemp(prefix="inquest-lab-")
    names = options.names or [name for name in incidents.names()
                              if options.all or incidents.named(name).ci]
    rows = play_all(names, options)
    text = matrix.text(rows)
    print("\n" + text)
    if options.all:
        with open(MATRIX, "w") as handle:
            handle.write(text)
    faults = [fault for row in rows for fault in row.faults]
    print("\n".join(faults))
    if temporary and not options.names and not faults:
        shutil.rmtree(options.output)
    else:
        print(f"captures, evidence and a README of each: {options.output}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
