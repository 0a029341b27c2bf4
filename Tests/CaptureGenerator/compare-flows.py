#!/usr/bin/env python3
"""Compare `inquest capture --flows` with what is known about generated captures, line by line.

usage: compare-flows.py INQUEST GENERATOR

Prints what differs. Status 1: something does. Python's standard library only.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

VARIANTS = [
    ["--seed", "1"],
    ["--seed", "2", "--fault-percent", "100"],
    ["--seed", "3", "--format", "pcapng", "--precision", "nanoseconds", "--byte-order", "big"],
    ["--seed", "4", "--snaplen", "96"],
    ["--seed", "5", "--rate", "100000", "--clients", "5", "--servers", "3",
     "--merged-percent", "30", "--fault-percent", "60"],
]
PER_SIDE = ("packets", "payload_bytes", "syn", "fin", "rst", "retransmitted", "out_of_order",
            "zero_windows")
TLS = ("client_hellos", "server_hellos", "sni", "version", "alpn", "offered_resumption", "resumed",
       "close")


class Report:
    def __init__(self):
        self.agreed, self.differing = 0, collections.Counter()
        self.examples = []

    def check(self, place, field, truth, seen):
        if truth == seen:
            self.agreed += 1
            return
        self.differing[field] += 1
        if self.differing[field] <= 5:
            self.examples.append(f"  {place}: {field}: truth {truth}, inquest {seen}")

    def show(self, title):
        bad = sum(self.differing.values())
        print(f"{title}: {self.agreed} agree, {bad} differ")
        for line in self.examples:
            print(line)
        return bad


def flows(inquest, capture):
    """The flows, or None where inquest refuses the file."""
    done = subprocess.run([inquest, "capture", capture, "--flows"], capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 1):
        return None
    return [json.loads(line) for line in done.stdout.splitlines() if line]


def compare_generated(inquest, generator, folder, options, report):
    capture, truth = str(folder / "c.pcap"), str(folder / "t.jsonl")
    subprocess.run([generator, "--flows", "1500", "-o", capture, "--truth", truth, *options],
                   check=True)
    seen = flows(inquest, capture) or []
    known = [json.loads(line) for line in open(truth, encoding="utf-8")]
    report.check(" ".join(options), "flow count", len(known), len(seen))
    for line, flow in zip(known, seen):
        place = f"{' '.join(options)}: flow {line['flow']} ({line['fault']})"
        for key in ("community_id", "first", "last", "client", "server", "client_is"):
            report.check(place, key, line[key], flow[key])
        report.check(place, "vlan", sorted(line["vlan"]), sorted(flow["vlan"]))
        for key in PER_SIDE:
            report.check(place, key, line[key], flow[key])
        for key in ("ttl", "mac"):
            report.check(place, key, sides(line[key]), sides(flow[key]))
        compare_tls(report, place, line, flow)


def compare_tls(report, place, line, flow):
    if "tls" not in line:
        return                      # cut or begun in the middle: not well defined
    if line["tls"] is None or flow["tls"] is None:
        report.check(place, "tls", line["tls"] is None, flow["tls"] is None)
        return
    for key in TLS:
        if key in line["tls"]:
            report.check(place, "tls." + key, line["tls"][key], flow["tls"].get(key))
    report.check(place, "tls.alerts", line["tls"]["alerts"],
                 [alert["description"] for alert in flow["tls"]["alerts"]])
    known, seen = (t["tls"].get("server_hello_after_ms") for t in (line, flow))
    if known is not None and seen is not None and abs(known - seen) < 0.05:
        seen = known                # a hello over two segments: from either of them
    report.check(place, "tls.server_hello_after_ms", known, seen)


def sides(pair):
    return {side: sorted(values) for side, values in pair.items()}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    inquest, generator = sys.argv[1:]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for options in VARIANTS:
            report = Report()
            compare_generated(inquest, generator, pathlib.Path(folder), options, report)
            bad += report.show("generated " + " ".join(options))
    print("truth: every compared count agrees" if bad == 0 else f"truth: {bad} counts differ")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
