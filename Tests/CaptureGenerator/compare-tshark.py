#!/usr/bin/env python3
"""Compare `inquest capture --flows` with tshark's analysis of the same captures, flow by flow.

usage: compare-tshark.py INQUEST FOLDER [--all] [--jobs N] [--only TEXT]

DNS (port 53 over UDP and TCP) is compared question by question: which packets are questions, the
code, time and truncation of the answer, and which were asked again.

FOLDER holds captures that nobody has prepared. Compared is what both define the same way: packets,
payload and control bits; what was sent again, fast, spuriously, late; duplicate ACKs, gaps, windows,
keep-alives; server names, versions, JA4 and the messages of the handshake. Differences are printed under the rule that explains
them (docs/flow-fields.md); what no rule explains comes last, and
makes the status 1. JA4 is tshark's own field where it has one (4.2 and later), and else computed
here from tshark's fields. Python's standard library only.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import sys

FIELDS = """frame.number frame.protocols tcp.stream ip.src ipv6.src ip.dst ipv6.dst tcp.srcport
 tcp.dstport tcp.flags tcp.seq_raw tcp.ack_raw tcp.len tcp.window_size_value ip.id
 frame.time_epoch frame.len frame.cap_len ip.fragment.count ipv6.fragment.count _ws.malformed
 tcp.analysis.retransmission tcp.analysis.fast_retransmission tcp.analysis.spurious_retransmission
 tcp.analysis.out_of_order tcp.analysis.duplicate_ack tcp.analysis.lost_segment
 tcp.analysis.zero_window tcp.analysis.window_full tcp.analysis.keep_alive
 tcp.analysis.zero_window_probe tcp.analysis.reused_ports
 tls.handshake.type tls.handshake.extensions_server_name tls.handshake.version
 tls.handshake.ciphersuite tls.handshake.extension.type tls.handshake.sig_hash_alg
 tls.handshake.extensions.supported_version tls.handshake.extensions_alpn_str""".split()
FIN, SYN, RST, ACK = 1, 2, 4, 16
VERSIONS = {0x300: "SSLv3", 0x301: "TLSv1.0", 0x302: "TLSv1.1", 0x303: "TLSv1.2", 0x304: "TLSv1.3"}
TUNNELS = {"gre", "vxlan", "geneve", "erspan", "ipip", "teredo", "6in4", "mpls", "gtp", "l2tp", "ppp",
           "ipcomp"}
ANALYSIS = {"retransmitted": "retransmission", "fast_retransmitted": "fast_retransmission",
            "spuriously_retransmitted": "spurious_retransmission", "out_of_order": "out_of_order",
            "duplicate_acks": "duplicate_ack", "gaps": "lost_segment",
            "zero_windows": "zero_window", "window_full": "window_full"}
LETTERS = {0: "H", 1: "C", 2: "S", 3: "V", 4: "T", 5: "E", 6: "J", 8: "O", 11: "X", 12: "K", 13: "R",
           14: "N", 15: "Y", 16: "G", 20: "F", 21: "W", 22: "U", 23: "A", 24: "P", 254: "M"}
PLAIN = ("packets", "payload_bytes", "syn", "fin", "rst")


def has_ja4():
    done = subprocess.run(["tshark", "-G", "fields"], capture_output=True, text=True, check=False)
    return "\ttls.handshake.ja4\t" in done.stdout


def is_grease(number):
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def numbers(text):
    return [n for n in (int(part, 0) for part in text.split(",") if part) if not is_grease(n)]


def ja4(row):
    """As FoxIO defines it, from tshark's fields of a frame with one ClientHello."""
    ciphers = numbers(row["tls.handshake.ciphersuite"])
    extensions = numbers(row["tls.handshake.extension.type"])
    versions = numbers(row["tls.handshake.extensions.supported_version"])
    version = max(versions) if versions else int(row["tls.handshake.version"].split(",")[0], 0)
    name = {0x304: "13", 0x303: "12", 0x302: "11", 0x301: "10", 0x300: "s3", 2: "s2"}.get(version, "00")
    alpn = row["tls.handshake.extensions_alpn_str"].split(",")[0]
    ends = (alpn[0] + alpn[-1]) if alpn else "00"
    if alpn and not (ends.isascii() and ends.isalnum()):
        ends = f"{ord(alpn[0]):02x}"[0] + f"{ord(alpn[-1]):02x}"[1]

    def digest(text, is_empty):
        return "0" * 12 if is_empty else hashlib.sha256(text.encode()).hexdigest()[:12]
    kept = ",".join(f"{n:04x}" for n in sorted(extensions) if n not in (0, 16))
    algorithms = ",".join(f"{n:04x}" for n in numbers(row["tls.handshake.sig_hash_alg"]))
    tail = kept + ("_" + algorithms if algorithms else "")
    head = f"t{name}{'d' if 0 in extensions else 'i'}{min(len(ciphers), 99):02}{min(len(extensions), 99):02}{ends}"
    return "_".join([head, digest(",".join(f"{n:04x}" for n in sorted(ciphers)), not ciphers),
                     digest(tail, not extensions)])


class Stream:
    """One tcp.stream as tshark sees it; sides are endpoints."""

    def __init__(self):
        self.count = collections.defaultdict(collections.Counter)
        self.hello, self.version, self.frames = {}, None, collections.defaultdict(list)
        self.messages = collections.defaultdict(str)
        self.has_syn, self.is_cut, self.odd = False, False, None

    def add(self, row, own_ja4):
        source = (row["ip.src"] or row["ipv6.src"], int(row["tcp.srcport"]))
        count, flags = self.count[source], int(row["tcp.flags"], 0)
        count["packets"] += 1
        count["payload_bytes"] += int(row["tcp.len"] or 0)
        for name, bit in (("syn", SYN), ("fin", FIN), ("rst", RST)):
            count[name] += bool(flags & bit)
        for ours, theirs in ANALYSIS.items():
            count[ours] += bool(row["tcp.analysis." + theirs])
        count["keep_alives"] += bool(row["tcp.analysis.keep_alive"]
                                     or row["tcp.analysis.zero_window_probe"])
        self.has_syn |= bool(flags & SYN)
        layers = row["frame.protocols"].split(":")
        if row["ip.fragment.count"] or row["ipv6.fragment.count"]:
            self.odd = "in fragments, some of them overlapping or missing: what the whole is, is open"
        elif "_ws.malformed" in layers or row["_ws.malformed"]:
            self.odd = self.odd or "headers contradict each other, or tshark took it for what it is not"
        elif layers.count("tcp") > 1 or {"openvpn", "socks", "ipcomp"} & set(layers):
            self.odd = self.odd or "TCP or TLS inside another protocol's payload: tshark opens it, we do not"
        self.is_cut |= row["frame.len"] != row["frame.cap_len"]
        length = int(row["tcp.len"] or 0)
        self.frames[source].append((int(row["tcp.seq_raw"]), length, flags, int(row["tcp.ack_raw"] or 0),
                                    int(row["tcp.window_size_value"] or 0), row["ip.id"],
                                    float(row["frame.time_epoch"]), row))
        types = row["tls.handshake.type"].split(",")
        self.messages[source] += "".join(LETTERS.get(int(t), "Z") for t in types if t)
        if "1" in types and not self.hello:
            self.hello = {"sni": row["tls.handshake.extensions_server_name"] or None,
                          "ja4": own_ja4(row) if types.count("1") == 1
                          and row["tls.handshake.ciphersuite"] else None,
                          "extensions": numbers(row["tls.handshake.extension.type"])}
        if "2" in types and self.version is None:
            chosen = row["tls.handshake.extensions.supported_version"] or row["tls.handshake.version"]
            if chosen:                  # a ServerHello of which only the beginning was read
                self.version = int(chosen.split(",")[-1], 0) or None    # 0 is no version


def streams(path, own_ja4, ja4_field):
    arguments = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=a", "-Y", "tcp",
                 "-o", "tcp.reassemble_out_of_order:TRUE"]
    fields = FIELDS + (["tls.handshake.ja4"] if ja4_field else [])
    for field in fields:
        arguments += ["-e", field]
    done = subprocess.run(arguments, capture_output=True, text=True, errors="replace", check=False)
    found, order = {}, collections.defaultdict(list)
    for line in done.stdout.splitlines():
        row = dict(zip(fields, line.split("\t")))
        if len(row) < len(fields):
            continue
        layers = row["frame.protocols"].split(":")
        if "icmp" in layers or "icmpv6" in layers or "," in row["tcp.stream"] + row["tcp.srcport"]:
            continue
        row["ip.src"], row["ip.dst"] = row["ip.src"].split(",")[-1], row["ip.dst"].split(",")[-1]
        row["ipv6.src"], row["ipv6.dst"] = row["ipv6.src"].split(",")[-1], row["ipv6.dst"].split(",")[-1]
        number = int(row["tcp.stream"])
        ends = frozenset([(row["ip.src"] or row["ipv6.src"], int(row["tcp.srcport"])),
                          (row["ip.dst"] or row["ipv6.dst"], int(row["tcp.dstport"]))])
        if number not in found:
            found[number] = Stream()
            order[ends].append(found[number])
        found[number].add(row, own_ja4)
    return order


DNS_FIELDS = """frame.number frame.protocols udp.srcport udp.dstport tcp.srcport tcp.dstport dns.id
 dns.flags.response dns.flags.rcode dns.flags.truncated dns.response_to dns.time dns.retransmit_request
 dns.retransmit_request_in dns.count.queries _ws.malformed frame.len frame.cap_len""".split()


def dns_questions(path):
    """The questions to port 53 that tshark sees, by packet; what is odd about packets; any cut."""
    arguments = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=a",
                 "-Y", "dns && (udp.port == 53 || tcp.port == 53)"]
    for field in DNS_FIELDS:
        arguments += ["-e", field]
    done = subprocess.run(arguments, capture_output=True, text=True, errors="replace", check=False)
    asked, odd, is_cut = {}, {}, False
    for line in done.stdout.splitlines():
        row = dict(zip(DNS_FIELDS, line.split("\t")))
        if len(row) < len(DNS_FIELDS):
            continue
        number, layers = int(row["frame.number"]), row["frame.protocols"].split(":")
        is_cut |= row["frame.len"] != row["frame.cap_len"]
        for port in ("udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport"):
            row[port] = row[port].split(",")[-1]        # the innermost of a tunnel
        if row["_ws.malformed"] or "_ws.malformed" in layers:
            odd[number] = "tshark calls the message malformed; we read none of it"
        elif layers.count("dns") > 1 or "," in row["dns.id"]:
            odd[number] = "several messages in a packet: tshark lists them in one row"
        elif "icmp" in layers or "icmpv6" in layers:
            odd[number] = "quoted in an ICMP error"
        elif set(layers) & {"tr", "fr"}:
            odd[number] = "inquest sees no DNS there: a link type that it does not open"
        if number in odd:
            continue
        if row["dns.flags.response"] in ("0", "False") and row["dns.count.queries"] != "0":
            if "53" in (row["udp.dstport"], row["tcp.dstport"]):
                asked[number] = {"code": None, "latency": None, "truncated": 0, "answers": 0,
                                 "again": bool(row["dns.retransmit_request"] or row["dns.retransmit_request_in"]),
                                 "first": int(row["dns.retransmit_request_in"] or number)}
        elif row["dns.response_to"] and int(row["dns.response_to"].split(",")[-1]) in asked:
            question = asked[int(row["dns.response_to"].split(",")[-1])]
            question["answers"] += 1
            if question["code"] is None:
                question.update(code=int(row["dns.flags.rcode"]), latency=float(row["dns.time"]),
                                truncated=int(row["dns.flags.truncated"] in ("1", "True")))
    return asked, odd, is_cut


CODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}


def compare_dns(report, inquest, path, name):
    theirs, odd, is_cut = dns_questions(path)
    done = subprocess.run(
        [inquest, "sql", "--capture", str(path), "--json", "SELECT packet, code, latency_ms, truncated, "
         "attempt FROM dns_queries"], capture_output=True, text=True, check=False)
    rows = json.loads(done.stdout)["rows"] if done.returncode == 0 else []
    ours = {row[0]: row for row in rows}
    for number in sorted(set(ours) | set(theirs)):
        place, mine, other = f"{name} packet {number}", ours.get(number), theirs.get(number)
        report.check(place, "dns question", bool(mine), bool(other), lambda: odd.get(number) or dns_rule(
            mine, other, theirs, is_cut))
        if not mine or not other:
            continue
        code = CODES.get(mine[1], mine[1])
        rule = (lambda: dns_rule(mine, other, theirs, is_cut))
        report.check(place, "dns code", code, other["code"], rule)
        report.check(place, "dns truncated", mine[3], other["truncated"], rule)
        report.check(place, "dns asked again", mine[4] > 1, other["again"], rule)
        if code == other["code"] and code is not None:
            near = abs(mine[2] / 1000 - other["latency"]) < 2e-6
            report.check(place, "dns latency", round(mine[2] / 1000, 6) if not near else other["latency"],
                         other["latency"], rule)


def dns_rule(mine, other, theirs, is_cut):
    """Why a question or its answer is told otherwise; None without a known reason."""
    if is_cut:
        return "a snap length cut DNS messages: we read a cut answer that says so itself (TC), no other"
    if not other:
        return "tshark sees no DNS there: headers that contradict each other"
    if mine and (other["again"] or mine[4] > 1 or any(
            question["again"] for question in theirs.values())):
        return ("DNS asked again: tshark goes by id and ports and ties the answer to the first, we go by "
                "client and name, unanswered, and tie it to the newest")
    return None


def flows(inquest, path):
    done = subprocess.run([inquest, "capture", str(path), "--flows"], capture_output=True, text=True,
                          check=False)
    order = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        flow = json.loads(line)
        ends = [(flow[side]["address"], flow[side]["port"]) for side in ("client", "server")]
        order[frozenset(ends)].append((flow, ends))
    return order


def newest_repeat(frames):
    """What tshark takes for repeats and plain arithmetic does not, by rule (see docs/flow-fields.md)."""
    seen, next_, rules = set(), None, collections.Counter()
    for sequence, length, flags, ack, window, identity, time, row in frames:
        key = (identity, sequence, ack, length, flags)
        if identity not in ("", "0x0000") and key in seen:
            rules["captured twice"] += 1
        seen.add(key)
        mark = row["tcp.analysis.retransmission"] or row["tcp.analysis.out_of_order"]
        if mark and length and next_ is not None:
            if (sequence + length - next_) % 2**32 < 2**31 and (sequence + length) % 2**32 != next_:
                rules["partly new"] += 1
        if length or flags & (SYN | FIN):
            end = (sequence + length + bool(flags & SYN)) % 2**32
            if next_ is None or (end - next_) % 2**32 < 2**31:
                next_ = end
    return rules


def explain(field, ours, theirs, stream, side):
    """The rule that explains a difference, or None."""
    if stream.odd:
        return stream.odd
    frames, other = stream.frames[side], [f for s, f in stream.frames.items() if s != side]
    both = sum((newest_repeat(f) for f in stream.frames.values()), collections.Counter())
    if both["captured twice"]:
        return "the same packet captured twice: we count neither repeats nor duplicate ACKs"
    if field in ("retransmitted", "out_of_order", "spuriously_retransmitted", "fast_retransmitted", "gaps"):
        if field in ("out_of_order", "retransmitted"):
            return "late or sent again: tshark goes by timing, we by bytes seen before"
        if field == "gaps":
            return "gaps: tshark has none before a keep-alive, and one where a side begins late"
        return "fast and spurious: of what is a retransmission for one of the two only"
    if field == "duplicate_acks":
        return "duplicate ACK: we ask that something is outstanding (RFC 5681), tshark does not"
    if field == "window_full":
        return "window full: we look from the 16th packet of a side on, and where both SYNs are there"
    if field == "keep_alives":
        return "keep-alive: also a probe of a closed window, and a repeat of the last byte"
    if field == "zero_windows" and not other:
        return "one side only"
    return None


class Report:
    def __init__(self):
        self.agreed, self.rules = collections.Counter(), collections.defaultdict(list)

    def check(self, place, field, ours, theirs, reason):
        if ours == theirs:
            self.agreed[field] += 1
        else:
            rule = reason() or "NOT EXPLAINED"
            self.rules[rule].append(f"{place}: {field}: inquest {ours}, tshark {theirs}")

    def add(self, other):
        self.agreed += other.agreed
        for rule, lines in other.rules.items():
            self.rules[rule] += lines


def compare(inquest, path, name, ja4_field):
    report = Report()
    own_ja4 = (lambda row: row["tls.handshake.ja4"] or None) if ja4_field else ja4
    ours, theirs = flows(inquest, path), streams(path, own_ja4, ja4_field)
    for ends in set(ours) | set(theirs):
        mine, other = ours.get(ends, []), theirs.get(ends, [])
        label = " - ".join(f"{a}:{p}" for a, p in sorted(ends))
        report.check(f"{name} {label}", "streams", len(mine), len(other),
                     lambda: stream_rule(mine, other))
        if len(mine) != len(other):
            continue
        for index, ((flow, sides), stream) in enumerate(zip(mine, other)):
            compare_flow(report, f"{name} {label} #{index}", flow, sides, stream, ja4_field)
    compare_dns(report, inquest, path, name)
    return report


def stream_rule(mine, other):
    rows = [f[-1] for s in other for frames in s.frames.values() for f in frames]
    if any(set(row["frame.protocols"].split(":")) & TUNNELS for row in rows):
        return "inside a tunnel that one of the two does not open"
    if not other:
        return "tshark sees no TCP there: broken headers, reassembled fragments, or another layer"
    if not mine:
        return "inquest sees no TCP there: a link type or layer it does not open"
    return "another number of flows on one 4-tuple"


def handshake_rule(ours, stream, side):
    """Why the messages of a side differ; None without a known reason."""
    theirs = stream.messages[side]
    if stream.is_cut or stream.odd:
        return "a snap length cut the handshake" if stream.is_cut else stream.odd
    if theirs.replace("S", "").replace("C", "") == ours.replace("S", "").replace("C", ""):
        return "hellos: tshark reads a hello sent again twice, or one that is not whole"
    if theirs == ours + "F":
        return "a cipher that encrypts nothing: we read no message after ChangeCipherSpec"
    if ours == theirs + "T" and not stream.hello:
        return "a ticket in clear where the capture misses the ClientHello: tshark takes it for encrypted"
    if not ours:
        return "messages of SSL 2, or a stream that does not begin with a hello"
    if sum(map(len, stream.messages.values())) >= 14:
        return "handshake: we keep 15 letters of both sides"
    return None


def version_rule(tls, stream):
    """Why the version differs; None without a known reason."""
    if stream.odd:
        return stream.odd
    if not tls and not any("C" in letters for letters in stream.messages.values()):
        return "a server's flight out of order behind plain text, without a ClientHello: we do not look there"
    return None


def compare_flow(report, place, flow, sides, stream, ja4_field):
    for side, name in zip(sides, ("client", "server")):
        for field in (*PLAIN, *ANALYSIS, "keep_alives"):
            seen = flow[field][name]
            report.check(f"{place} {name}", field, seen, stream.count[side][field],
                         lambda: explain(field, seen, stream.count[side][field], stream, side))
    tls = flow["tls"] or {}
    if stream.hello:
        cut = "a snap length cut the handshake" if stream.is_cut else stream.odd
        reason = (lambda: cut)
        report.check(place, "sni", tls.get("sni"), stream.hello["sni"], reason)
        if stream.hello["ja4"]:
            # tshark lists algorithms of two more extensions under the same name.
            more = {34, 50} & set(stream.hello["extensions"]) and not ja4_field
            report.check(place, "ja4", tls.get("ja4"), stream.hello["ja4"],
                         (lambda: "tshark's field holds algorithms of extensions 34 and 50 too")
                         if more else reason)
    if tls and any(stream.messages.values()):
        for side, name in zip(sides, ("client", "server")):
            letters = "".join(c.upper() for c in tls["history"] if c.isupper() == (name == "client"))
            # tshark calls a HelloRetryRequest by its type, ServerHello.
            letters = "".join("S" if c == "J" else c for c in letters if c not in "ILDB")
            report.check(f"{place} {name}", "handshake", letters[:20], stream.messages[side][:20],
                         lambda: handshake_rule(letters, stream, side))
    if stream.version is not None:
        version = VERSIONS.get(stream.version, f"0x{stream.version:04x}")
        report.check(place, "version", tls.get("version"), version, lambda: version_rule(tls, stream))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inquest")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="every difference, not five a rule")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="files whose path holds this")
    options = parser.parse_args()
    paths = [p for p in sorted(options.folder.rglob("*")) if p.is_file() and options.only in str(p)
             and p.suffix in (".pcap", ".pcapng", ".cap", ".dmp", ".trace")]
    ja4_field, total = has_ja4(), Report()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        work = {pool.submit(compare, options.inquest, path, str(path.relative_to(options.folder)),
                            ja4_field): path for path in paths}
        for done in concurrent.futures.as_completed(work):
            total.add(done.result())
    print(f"{len(paths)} captures, JA4 by {'tshark' if ja4_field else 'this script'}")
    print("agree: " + ", ".join(f"{field} {count}" for field, count in sorted(total.agreed.items())))
    for rule, lines in sorted(total.rules.items(), key=lambda item: (item[0].isupper(), -len(item[1]))):
        fields = collections.Counter(line.split(": ")[-2] for line in lines)
        print(f"\n{rule}: {len(lines)} ({', '.join(f'{f} {n}' for f, n in fields.most_common())})")
        for line in sorted(lines)[:None if options.all or rule.isupper() else 5]:
            print("  " + line)
    sys.exit(bool(total.rules.get("NOT EXPLAINED")))


if __name__ == "__main__":
    main()
