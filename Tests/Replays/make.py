#!/usr/bin/env python3
"""Remake the captures: make.py [SCENARIO…] [--heldout] [--list] [--check] [--readme] [--jobs N].

Without a name every replay's scenario runs, with --heldout every held-out one instead. Namespaces
need root. Only the standard library is used; the programs are tcpdump, dumpcap, tshark, nginx,
haproxy, stunnel, openssl, curl, java, ip and nft; for the held-out captures also apache2, ncat,
node, perl (IO::Socket::SSL) and ruby.
"""

import argparse
import concurrent.futures
import importlib
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from kit import readme, scenario  # noqa: E402
import scenarios  # noqa: E402


def load():
    """Import every scenario file; each registers what it makes."""
    for module in sorted(entry.name for entry in pkgutil.iter_modules(scenarios.__path__)):
        importlib.import_module(f"scenarios.{module}")
    return scenario.REGISTRY


def make_one(name):
    """Make a scenario's captures aside and move them in place only when all are complete."""
    made = scenario.REGISTRY[name]
    with tempfile.TemporaryDirectory(prefix="inquest-replay-") as aside:
        paths = [os.path.join(aside, replay.file) for replay in made.replays]
        made.function(*paths)
        for path, replay in zip(paths, made.replays):
            with open(path, "rb") as source, open(replay.target, "wb") as target:
                target.write(source.read())


def run_child(name):
    """Run one scenario in a process of its own: a failed one cannot disturb the others."""
    limit = scenario.REGISTRY[name].seconds * 3 + 60
    argv = [sys.executable, os.path.abspath(__file__), "--child", name]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        output += f"\nstopped after {limit} s"
    return name, process.returncode, output


def make(names, jobs):
    """Make scenarios side by side; returns the names that failed."""
    failed = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        longest_first = sorted(names, key=lambda name: -scenario.REGISTRY[name].seconds)
        for name, code, output in pool.map(run_child, longest_first):
            print(f"{'made' if code == 0 else 'FAILED'} {name}", flush=True)
            if code:
                failed.append(name)
                print("\n".join(output.splitlines()[-8:]), flush=True)
    return failed


def check(names):
    """Print what does not hold in the files of these scenarios; returns how many faults."""
    replays = [replay for name in names for replay in scenario.REGISTRY[name].replays]
    found = 0
    for replay in replays:
        for fault in scenario.faults(replay):
            print(fault, flush=True)
            found += 1
    print(f"{len(replays)} captures checked, {found} faults")
    return found


def main():
    """Read the command line; exit 0 done, 1 a scenario or check failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--heldout", action="store_true",
                        help="the held-out captures, not the replays of the cases")
    parser.add_argument("--list", action="store_true", help="name the scenarios and their files")
    parser.add_argument("--check", action="store_true", help="only check the files with tshark")
    parser.add_argument("--readme", action="store_true", help="only write the README files")
    parser.add_argument("--jobs", type=int, default=8, help="scenarios at once (8)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    known = load()
    if options.child:
        try:
            make_one(options.child)
        except Exception:
            traceback.print_exc()
            return 1
        return 0
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"unknown scenario: {', '.join(unknown)} (see --list)")
    names = options.names or sorted(
        name for name in known if known[name].heldout == options.heldout)
    if options.list:
        for name in names:
            print(name)
            for replay in known[name].replays:
                print(f"    {replay.path}: {replay.verdict}")
        return 0
    kinds = {known[name].heldout for name in names}
    if options.readme:
        for heldout in kinds:
            readme.write_all(heldout)
        return 0
    if not options.check:
        if os.geteuid() != 0:
            print("make.py: needs root to make network namespaces: run it with sudo",
                  file=sys.stderr)
            return 2
        if make(names, options.jobs):
            return 1
        for heldout in kinds:
            readme.write_all(heldout)
    return 1 if check(names) else 0


if __name__ == "__main__":
    sys.exit(main())
