#!/usr/bin/env python3
"""Compare generated captures with their manifest and truth, as tshark dissects them.

usage: cross-check.py GENERATOR [--flows N] [--seeds N] [--keep DIR]

Runs the generator over several seeds and file formats. Each capture is read by tshark; every flow's
counts are computed again from the raw sequence numbers by the definitions of `inquest.flow/1`, and
compared with the truth line by line; totals are compared with the manifest, and with tshark's own
analysis where its notion is the same. Python's standard library only. Status 1: something differs.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

FIELDS = """frame.time_epoch frame.len frame.cap_len eth.src eth.dst ieee8021ad.id vlan.id ip.version ip.src ip.dst
 ipv6.src ipv6.dst ip.ttl ipv6.hlim ip.id tcp.stream tcp.srcport tcp.dstport tcp.flags tcp.seq_raw
 tcp.ack_raw tcp.len tcp.window_size_value tls.handshake.type
 tls.handshake.extensions_server_name tls.alert_message.desc tls.record.opaque_type
 tcp.analysis.retransmission tcp.analysis.fast_retransmission
 tcp.analysis.spurious_retransmission tcp.analysis.out_of_order tcp.analysis.zero_window
 tcp.analysis.duplicate_ack communityid""".split()
FIN, SYN, RST, ACK = 1, 2, 4, 16

VARIANTS = [
    ["--format", "pcap"],
    ["--format", "pcap", "--precision", "nanoseconds", "--byte-order", "big"],
    ["--format", "pcapng", "--precision", "nanoseconds"],
    ["--format", "pcapng", "--byte-order", "big", "--fault-percent", "100"],
    ["--format", "pcap", "--snaplen", "96"],
    ["--fault-percent", "0"],
    ["--rate", "100000", "--clients", "5", "--servers", "3", "--merged-percent", "30"],
]


def tshark(path, *arguments):
    done = subprocess.run(["tshark", "-n", "-r", path, *arguments],
                          capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def packets(path):
    """Each packet as a dict of tshark's fields."""
    arguments = ["--enable-protocol", "communityid", "-T", "fields"]
    for field in FIELDS:
        arguments += ["-e", field]
    for row in tshark(path, *arguments):
        yield dict(zip(FIELDS, row.split("\t")))


class Side:
    """One direction of a flow, by plain sequence arithmetic."""

    def __init__(self):
        self.count = collections.Counter()
        self.ttl, self.mac, self.next_hop = set(), set(), set()
        self.covered = []          # stretches of sequence numbers seen, as (start, end)
        self.initial = None
        self.frames = set()        # what makes a frame a copy of an earlier one

    def see(self, p):
        flags, length = int(p["tcp.flags"], 16), int(p["tcp.len"])
        sequence = int(p["tcp.seq_raw"])
        self.count["packets"] += 1
        self.count["payload_bytes"] += length
        for name, bit in (("syn", SYN), ("fin", FIN), ("rst", RST)):
            self.count[name] += bool(flags & bit)
        self.ttl.add(int(p["ip.ttl"] or p["ipv6.hlim"]))
        self.mac.add(p["eth.src"])
        self.next_hop.add(p["eth.dst"])
        if not flags & (SYN | FIN | RST) and int(p["tcp.window_size_value"]) == 0:
            self.count["zero_windows"] += 1
        key = (p["ip.id"], sequence, p["tcp.ack_raw"], length, flags)
        if p["ip.id"] and key in self.frames:
            self.count["duplicate_frames"] += 1
            return
        self.frames.add(key)
        if not flags & RST:
            self.place(sequence, length, flags)

    def place(self, sequence, length, flags):
        if self.initial is None:
            self.initial = sequence
        start = (sequence - self.initial + 2**31) % 2**32 - 2**31
        end = start + length + bool(flags & SYN) + bool(flags & FIN)
        if start == end:
            return
        highest = max((e for _, e in self.covered), default=start)
        new = end - start - sum(
            max(0, min(end, e) - max(start, s)) for s, e in self.covered)
        if new == 0 and not (length == 1 and end == highest):
            self.count["retransmitted"] += 1
        elif start < highest:
            self.count["out_of_order"] += 1
        self.covered.append((start, end))
        self.covered = merged(self.covered)


def merged(stretches):
    result = []
    for start, end in sorted(stretches):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


class Flow:
    def __init__(self, p):
        self.ends = [(p["ip.src"] or p["ipv6.src"], int(p["tcp.srcport"])),
                     (p["ip.dst"] or p["ipv6.dst"], int(p["tcp.dstport"]))]
        if not int(p["tcp.flags"], 16) & SYN and self.ends[0][1] < self.ends[1][1]:
            self.ends.reverse()    # without SYN the higher port is the client
        self.sides = {"client": Side(), "server": Side()}
        self.first = p["frame.time_epoch"]
        self.bytes = 0
        self.hello = collections.Counter()
        self.names, self.alerts = set(), []
        self.vlan = [int(tag) for key in ("ieee8021ad.id", "vlan.id")
                     for tag in p[key].split(",") if tag]
        self.community_id = p["communityid"]

    def see(self, p):
        source = (p["ip.src"] or p["ipv6.src"], int(p["tcp.srcport"]))
        self.sides["client" if source == self.ends[0] else "server"].see(p)
        self.last = p["frame.time_epoch"]
        self.bytes += int(p["frame.len"])
        for kind in p["tls.handshake.type"].split(","):
            self.hello[kind] += 1
        self.names.update(n for n in p["tls.handshake.extensions_server_name"].split(",") if n)
        self.alerts += [a for a in p["tls.alert_message.desc"].split(",") if a]


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, truth, seen):
        if truth == seen:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= 20:
            print(f"  differs: {name}: truth {truth}, tshark {seen}")


def nanoseconds(epoch):
    seconds, fraction = epoch.split(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def truth_nanoseconds(text):
    import calendar
    import time
    whole, fraction = text[:-1].split(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction)


def compare_flow(report, truth, flow):
    name = f"flow {truth['flow']} ({truth['fault']})"
    report.check(name + " ends", [tuple(truth[s].values()) for s in ("client", "server")],
                 flow.ends)
    report.check(name + " first", truth_nanoseconds(truth["first"]), nanoseconds(flow.first))
    report.check(name + " last", truth_nanoseconds(truth["last"]), nanoseconds(flow.last))
    report.check(name + " wire bytes", truth["wire_bytes"], flow.bytes)
    report.check(name + " community id", truth["community_id"], flow.community_id)
    report.check(name + " vlan", truth["vlan"], flow.vlan)
    for side, seen in flow.sides.items():
        for key in ("packets", "payload_bytes", "syn", "fin", "rst", "retransmitted",
                    "out_of_order", "zero_windows", "duplicate_frames"):
            report.check(f"{name} {side} {key}", truth[key][side], seen.count[key])
        for key in ("ttl", "mac", "next_hop"):
            report.check(f"{name} {side} {key}", truth[key][side], sorted(getattr(seen, key)))
    if truth.get("tls"):
        tls = truth["tls"]
        report.check(name + " ClientHello", tls["client_hellos"], flow.hello["1"])
        report.check(name + " ServerHello", tls["server_hellos"], flow.hello["2"])
        report.check(name + " SNI", {tls["sni"]}, flow.names)
        names = ["handshake_failure" if a == "40" else a for a in flow.alerts]
        report.check(name + " alerts", tls["alerts"], names)


def compare_totals(report, manifest, all_packets, whole):
    flags = [int(p["tcp.flags"], 16) for p in all_packets]
    report.check("frames", manifest["frames"], len(all_packets))
    report.check("captured bytes", manifest["captured_bytes"],
                 sum(int(p["frame.cap_len"]) for p in all_packets))
    report.check("IPv6", manifest["ipv6_packets"], sum(p["ipv6.src"] != "" for p in all_packets))
    report.check("VLAN", manifest["vlan_packets"], sum(p["vlan.id"] != "" for p in all_packets))
    report.check("SYN", manifest["syn"], sum(f & (SYN | ACK) == SYN for f in flags))
    report.check("SYN-ACK", manifest["syn_ack"],
                 sum(f & (SYN | ACK) == SYN | ACK for f in flags))
    if not whole:
        return
    # tshark tells late, repeated and copied segments apart by time: compared as one sum.
    again = sum(any(p[f"tcp.analysis.{kind}"] for kind in
                    ("retransmission", "fast_retransmission", "spurious_retransmission",
                     "out_of_order")) for p in all_packets)
    report.check("repeated, late, copied",
                 manifest["retransmitted"] + manifest["out_of_order"]
                 + manifest["duplicate_data_frames"], again)
    report.check("zero windows", manifest["zero_windows"],
                 sum(p["tcp.analysis.zero_window"] != "" for p in all_packets))
    # tshark takes copied acknowledgements for duplicate ones, and does not look past a gap.
    if manifest["duplicate_frames"] == 0:
        report.check("duplicate ACKs", manifest["duplicate_acks"],
                     sum(p["tcp.analysis.duplicate_ack"] != "" for p in all_packets))


def compare(report, generator, folder, options):
    capture, manifest, truth = (str(folder / n) for n in ("c.pcap", "m.json", "t.jsonl"))
    subprocess.run([generator, "-o", capture, "--manifest", manifest, "--truth", truth, *options],
                   check=True)
    totals = json.loads(pathlib.Path(manifest).read_text())
    lines = [json.loads(line) for line in open(truth, encoding="utf-8")]
    all_packets = list(packets(capture))
    flows = {}
    for p in all_packets:
        stream = int(p["tcp.stream"])
        if stream not in flows:
            flows[stream] = Flow(p)
        flows[stream].see(p)
    report.check("flows", totals["flows"], len(flows))
    report.check("truth lines", len(lines), len(flows))
    for line in lines:
        if line["flow"] in flows:
            compare_flow(report, line, flows[line["flow"]])
    whole = totals["captured_bytes"] == totals["wire_bytes"]
    compare_totals(report, totals, all_packets, whole)
    if whole:
        bad = tshark(capture, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                     "-Y", "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0")
        report.check("malformed or bad checksum", [], bad[:3])
    if totals["faults"] and not sum(totals["faults"].values()):
        remarks = tshark(capture, "-Y", "tcp.analysis.flags")
        report.check("remarks of tshark on healthy flows", [], remarks[:3])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("generator")
    parser.add_argument("--flows", default="400")
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, arguments.seeds + 1):
            for variant in VARIANTS:
                report = Report()
                options = ["--seed", str(seed), "--flows", arguments.flows, *variant]
                compare(report, arguments.generator, pathlib.Path(folder), options)
                print(f"{' '.join(options)}: {report.passed} agree, {report.failed} differ")
                failed += report.failed
    print("capture generator: every count agrees with tshark" if failed == 0
          else f"capture generator: {failed} counts differ from tshark")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
