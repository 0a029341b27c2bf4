#!/usr/bin/env python3
"""Analyse traffic that is made to exhaust or to confuse, and say what that costs.

usage: hostile.py INQUEST GENERATOR [--packets N] [--only KIND]

Each kind of `GENERATOR --list-hostile` goes through a pipe into `INQUEST capture -`: 10 million packets
of the SYN flood, a million of the others. Printed: connections, CPU seconds, peak memory and the
warnings. Status 1 when one fails, takes more than 2.5 GiB (a flood of 2 million followed connections,
and the notes of 8 million) or more than 120 s of CPU a million packets. Standard library only.
"""
import argparse
import json
import os
import subprocess
import sys

MEMORY = 2560 << 10  # KiB
SECONDS = 120        # of CPU, a million packets


def analyse(inquest, generator, kind, packets):
    made = subprocess.Popen([generator, "--hostile", kind, "--packets", str(packets), "-o", "-"],
                            stdout=subprocess.PIPE)
    read = subprocess.Popen([inquest, "capture", "-", "--json"], stdin=made.stdout,
                            stdout=subprocess.PIPE)
    made.stdout.close()
    text = read.stdout.read()
    _, status, usage = os.wait4(read.pid, 0)
    made.wait()
    return json.loads(text or "{}"), os.waitstatus_to_exitcode(status), usage


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inquest")
    parser.add_argument("generator")
    parser.add_argument("--packets", type=int, help="of each kind")
    parser.add_argument("--only")
    options = parser.parse_args()
    listed = subprocess.run([options.generator, "--list-hostile"], capture_output=True, text=True, check=True)
    failed = False
    for kind in (line.split()[0] for line in listed.stdout.splitlines()):
        if options.only not in (None, kind):
            continue
        packets = options.packets or (10_000_000 if kind == "syn-flood" else 1_000_000)
        page, status, usage = analyse(options.inquest, options.generator, kind, packets)
        seconds = usage.ru_utime + usage.ru_stime
        bad = (status not in (0, 1) or page.get("packets") != packets or usage.ru_maxrss > MEMORY
               or seconds > SECONDS * max(packets / 1e6, 1))
        failed |= bad
        print(f"{kind}: {page.get('packets')} packets, {page.get('tcp', {}).get('flows')} connections, "
              f"{seconds:.1f} s of CPU, {usage.ru_maxrss >> 10} MiB{', FAILED' if bad else ''}"
              f"{f' (status {status})' if status else ''}")
        for warning in page.get("warnings", []):
            print(f"    {warning['summary']}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
