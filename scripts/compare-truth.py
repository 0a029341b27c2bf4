#!/usr/bin/env python3
"""Compare the flows that inquest tells of with what is known about the captures.

usage: compare-truth.py INQUEST GENERATOR [FOLDER]

Generates captures whose truth is known (Tests/CaptureGenerator) and compares every well-defined field of
`inquest capture --flows`, line by line; then the captures of FOLDER with their `truth/**/*.json`, as far
as two independent readers confirmed it. Prints what differs. Status 1: something does. Python's
standard library only.
"""
import calendar
import collections
import decimal
import json
import pathlib
import subprocess
import sys
import tempfile
import time

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


def compare_public(inquest, folder, report):
    read = refused = 0
    for path in sorted((folder / "truth").rglob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        seen = flows(inquest, str(folder / truth["file"]))
        if seen is None:
            refused += 1
            continue
        read += 1
        by_ends = collections.defaultdict(list)
        for flow in seen:
            by_ends[frozenset(end(flow[side]) for side in ("client", "server"))].append(flow)
        confirmed = [s for s in truth["streams"] if s["confirmed"]["tcp"]]
        if len(confirmed) == len(truth["streams"]):
            report.check(truth["file"], "flow count", len(confirmed), len(seen))
        for stream in confirmed:
            compare_stream(report, truth["file"], stream, by_ends)
    print(f"public captures: {read} read, {refused} refused")


def end(side):
    return side.get("address", side.get("ip")), side["port"]


def compare_stream(report, name, stream, by_ends):
    place = f"{name}: stream {stream['stream']}"
    candidates = by_ends[frozenset(end(stream[s]) for s in "ab")]
    at = nanoseconds(stream["first_time"])
    flow = next((f for f in candidates if at is None or flow_time(f) == at), None)
    if flow is None:
        report.check(place, "flow", "there", "missing")
        return
    a = "client" if end(flow["client"]) == end(stream["a"]) else "server"
    names = {"a": a, "b": "server" if a == "client" else "client"}
    for letter, side in names.items():
        for key in ("packets", "payload_bytes", "fin", "rst"):
            report.check(place, key, stream[key][letter], flow[key][side])
        report.check(place, "syn", stream["syn"][letter] + stream["syn_ack"][letter],
                     flow["syn"][side])
        report.check(place, "ttl", sorted(int(t) for t in stream["ttl"][letter]),
                     sorted(flow["ttl"][side]))
        report.check(place, "mac", sorted(stream["mac_src"][letter]), sorted(flow["mac"][side]))
    if stream["confirmed"]["tls"] and stream["tls"]:
        compare_public_tls(report, place, stream["tls"], flow["tls"] or {})


def compare_public_tls(report, place, truth, seen):
    kinds = [kind for side in truth["handshake_types"].values() for kind in side]
    report.check(place, "tls.client_hellos", kinds.count(1), seen.get("client_hellos", 0))
    report.check(place, "tls.server_hellos", kinds.count(2), seen.get("server_hellos", 0))
    report.check(place, "tls.sni", truth["server_name"], seen.get("sni"))


def nanoseconds(epoch):
    """None for a packet without a time."""
    return int(decimal.Decimal(epoch) * 10**9) if epoch else None


def flow_time(flow):
    whole, fraction = flow["first"][:-1].split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__.strip())
    inquest, generator = sys.argv[1:3]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for options in VARIANTS:
            report = Report()
            compare_generated(inquest, generator, pathlib.Path(folder), options, report)
            bad += report.show("generated " + " ".join(options))
    public = pathlib.Path(sys.argv[3] if len(sys.argv) == 4 else "Tests/Fixtures/captures/public")
    if public.is_dir():
        report = Report()
        compare_public(inquest, public, report)
        bad += report.show(f"public captures in {public}")
    print("truth: every compared count agrees" if bad == 0 else f"truth: {bad} counts differ")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
