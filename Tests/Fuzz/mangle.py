#!/usr/bin/env python3
"""Damage every file of a folder at random places and see that the analysis bears it.

usage: mangle.py RUNNER FOLDER [--count 200] [--seed 1] [--jobs 1] [--megabytes 256]

Each file is cut at COUNT random places, and COUNT times 200 random bytes are changed (a sixteenth of
its bytes in files below 3200). RUNNER (`mangle`) reads, analyses and compares with itself what is
left, all variants of a file in one process, in two processes one after the other: no crash, no
variant that takes longer than 20 s, memory below MEGABYTES and the same result twice. What fails is
named with the command that shows it alone. Status 1 when something failed. Standard library only.
"""
import argparse
import concurrent.futures
import os
import pathlib
import resource
import subprocess
import sys
import time

# CPU seconds of all variants of a file together: 400 of the largest take 60.
PATIENCE = 900


def limits(megabytes):
    # Address space is more than what is used: thread stacks, the runtime's reservations.
    resource.setrlimit(resource.RLIMIT_AS, ((megabytes + 1024) << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))


def once(runner, path, options, extra=()):
    return subprocess.run(
        [runner, str(path), "--count", str(options.count), "--seed", str(options.seed), *extra],
        capture_output=True, text=True, errors="replace", check=False,
        preexec_fn=lambda: limits(options.megabytes), env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})


def fault(done, again, options):
    """What is wrong with two runs over a file, or None."""
    if done.returncode:
        return f"ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    first, second = done.stdout.split(), again.stdout.split()
    if first[3] != second[3]:
        return f"another result the second time: {first[3]}, {second[3]}"
    if int(first[4]) > 20000:
        return f"one variant took {first[4]} ms"
    if int(first[5]) > options.megabytes << 10:
        return f"took {int(first[5]) >> 10} MiB"
    return None


def visit(runner, path, options):
    done = once(runner, path, options)
    again = done if done.returncode else once(runner, path, options)
    what = fault(done, again, options)
    if what and done.returncode:
        named = once(runner, path, options, ["--verbose"]).stderr.split()
        variant = next((w for w in reversed(named) if w.startswith(("cut-", "flip-"))), "")
        what += f"\n  {runner} {path} --seed {options.seed} --count {options.count} --only {variant}"
    return what, done.stdout.split()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runner")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--megabytes", type=int, default=256)
    options = parser.parse_args()
    paths = [p for p in sorted(options.folder.rglob("*")) if p.is_file()]
    begin, faults, totals, slowest, most = time.monotonic(), [], [0, 0, 0], (0, ""), (0, "")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, (what, words) in zip(paths, pool.map(
                lambda p: visit(options.runner, p, options), paths)):
            if what:
                faults.append(f"{path}: {what}")
            if len(words) == 6:
                totals = [t + int(w) for t, w in zip(totals, words)]
                slowest = max(slowest, (int(words[4]), str(path)))
                most = max(most, (int(words[5]) >> 10, str(path)))
    print(f"{len(paths)} files, {totals[0]} variants, of which {totals[1]} could be read: "
          f"{totals[2]} packets, twice each, in {time.monotonic() - begin:.0f} s")
    print(f"slowest variant: {slowest[0]} ms ({slowest[1]})\nmost memory: {most[0]} MiB ({most[1]})")
    print("\n".join(faults) if faults else "no crash, no hang, the same result twice")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
