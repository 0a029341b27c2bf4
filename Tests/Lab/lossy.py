#!/usr/bin/env python3
"""Score on real flows over lossy paths what Inquest says of the direction that loses.

    lossy.py [--program INQUEST] [--seeds FIRST-LAST] [--output FOLDER]

Each seed draws a path (delay, loss each way, reordering) and TCP options, plays 60 clients of a
plain and two TLS servers over it in namespaces (root; half a minute), and captures at both ends.
What was lost is counted from the two captures, how often a retransmission timer fired by the two
kernels: the truth. Each capture is then looked at alone; a row says what was found, and the end how
often it was right. Captures stay in FOLDER: for `make truth-tshark CAPTURES=FOLDER`, and for
comparing findings with those of seeds whose paths lose nothing.
Exit code 1 when a loss was told the wrong way, or more timers than fired.
"""

import argparse
import collections
import json
import os
import random
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "Tests", "Replays")]

from bench.wire import Wire  # noqa: E402
from kit import services  # noqa: E402
from kit.capture import Capture  # noqa: E402
from kit.lab import Lab  # noqa: E402
from kit.relay import relay  # noqa: E402

PLAIN, TLS13, TLS12, CLOSED = 8000, 8443, 8444, 9
LINGER_NONE = struct.pack("ii", 1, 0)
READ_LATE, ABORT, CLOSE = 5, 6, 7
"""What the server does with a request: reads on after a pause, resets, closes after the answer."""


def serve(port, certificate, newest):
    """Answer for ever: a request is four numbers (upload, answer, what to do, milliseconds)."""
    listener = socket.create_server(("", port), backlog=64)
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        context.maximum_version = newest

    def requests(peer):
        while head := peer.recv(16):
            while len(head) < 16:
                head += peer.recv(16 - len(head))
            upload, answer, mode, pause = struct.unpack("!IIII", head)
            while upload > 0:
                if mode == READ_LATE:
                    time.sleep(0.3)
                    mode = 0
                upload -= len(peer.recv(min(65536, upload))) or upload
            time.sleep(pause / 1000)
            if mode == ABORT:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
                return
            peer.sendall(b"a" * answer)
            if mode == CLOSE:
                return

    def client(peer):
        try:
            with peer:
                peer.settimeout(20)
                requests(context.wrap_socket(peer, server_side=True) if context else peer)
        except OSError:
            pass  # a peer that leaves is what this is about

    while True:
        peer, _ = listener.accept()
        threading.Thread(target=client, args=(peer,), daemon=True).start()


def ask(address, chance):
    """One client: some requests, and one of many ways to end."""
    port = chance.choice([PLAIN, PLAIN, PLAIN, TLS13, TLS13, TLS12, CLOSED])
    try:
        peer = socket.create_connection((address, port), timeout=8)
        if chance.random() < 0.2:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, chance.choice([4096, 16384]))
        if port in (TLS13, TLS12):
            context = ssl._create_unverified_context()
            peer = context.wrap_socket(peer, server_hostname="wire.example")
        for _ in range(chance.randint(1, 4)):
            upload, answer = int(2 ** chance.uniform(0, 18)), int(2 ** chance.uniform(0, 19))
            mode = chance.choice([0, 0, 0, 0, READ_LATE, ABORT, CLOSE])
            peer.sendall(struct.pack("!IIII", upload, answer, mode, chance.choice([0, 5, 40, 300])))
            peer.sendall(b"q" * upload)
            while answer > 0 and (piece := peer.recv(chance.choice([500, 4096, 65536]))):
                answer -= len(piece)
            time.sleep(chance.choice([0, 0, 0.05, 0.5]))
        ending = chance.random()
        if ending < 0.15:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        elif ending < 0.3:
            peer.shutdown(socket.SHUT_WR)
        elif ending < 0.5 and port != PLAIN:
            peer = peer.unwrap()
        peer.close()
    except OSError:
        pass  # refused, reset, late: all of it is wanted


def ask_many(address, seed, count=60, seconds=22):
    """So many clients within half of the time; the rest is for the slow ones."""
    chance, end = random.Random(seed), time.monotonic() + seconds
    running = []
    for number in range(count):
        running.append(threading.Thread(
            target=ask, args=(address, random.Random(f"{seed} {number}")), daemon=True))
        running[-1].start()
        time.sleep(chance.random() * seconds / 2 / count)
    for thread in running:
        thread.join(max(0.1, end - time.monotonic()))


def timers(host):
    """How often a retransmission timer fired on a host, tail loss probes (RFC 8985) included."""
    lines = host.sh("cat /proc/net/netstat").splitlines()
    names, values = (line.split() for line in lines if line.startswith("TcpExt:"))
    counters = dict(zip(names[1:], map(int, values[1:])))
    return counters["TCPTimeouts"] + counters["TCPLossProbes"]


def play(seed, folder):
    """Make the captures of one seed; returns what the path was, the timers, and the two files."""
    chance = random.Random(seed)
    loss = [chance.choice([0, 0, 0.005, 0.02, 0.08]) for _ in range(2)]
    path = {"loss": loss, "delay": chance.choice([0, 0.001, 0.01, 0.03]),
            "reorder": chance.choice([0, 0, 0.01, 0.05]), "late": chance.choice([0.002, 0.01])}
    tcp = {"ipv4__tcp_sack": chance.choice([1, 1, 1, 0]),
           "ipv4__tcp_timestamps": chance.choice([1, 1, 0]),
           "ipv4__tcp_window_scaling": chance.choice([1, 1, 0])}
    lost = random.Random(seed + 1)

    def route(side, frame):
        is_arp = frame[12:14] == b"\x08\x06"
        return None if not is_arp and lost.random() < loss[side] else 1 - side

    wire = Wire(path["delay"], reorder=path["reorder"], late=path["late"], route=route, seed=seed)
    files = [os.path.join(folder, f"{seed:03}-{end}.pcap") for end in ("client", "server")]
    with Lab("lossy") as lab:
        client, middle, server = lab.host("client"), lab.host("middle"), lab.host("server")
        lab.link(client, "eth0", "10.26.1.10/24", middle, "near", None)
        lab.link(server, "eth0", "10.26.1.80/24", middle, "far", None)
        for host in (client, server):
            host.sysctl(**tcp)
        middle.start(relay, ("near", "far"), wire)
        pair = services.certificate(lab)
        server.start(serve, PLAIN, None, None)
        server.start(serve, TLS13, pair, ssl.TLSVersion.TLSv1_3)
        server.start(serve, TLS12, pair, ssl.TLSVersion.TLSv1_2)
        for port in (PLAIN, TLS13, TLS12):
            server.listening(port)
        with Capture(client, "eth0", files[0]), Capture(server, "eth0", files[1]):
            client.call(ask_many, "10.26.1.80", seed, timeout=90)
        fired = timers(client) + timers(server)
    return {**path, **tcp}, fired, files


def packets(file):
    """The segments with payload of each side, each by what no router changes."""
    fields = ["ip.id", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.flags"]
    argv = ["tshark", "-n", "-r", file, "-Y", "tcp.len > 0 && !icmp", "-T", "fields", "-e",
            "tcp.srcport"]
    for field in fields:
        argv += ["-e", field]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    sides = (set(), set())
    for line in done.stdout.splitlines():
        port, *rest = line.split("\t")
        sides[int(port) in (PLAIN, TLS13, TLS12)].add(tuple(rest))
    return sides


def verdict(program, file):
    """What a single capture is found to say: "client", "server", "both" or "nothing"; and how many
    timers fired."""
    done = subprocess.run([program, "capture", file, "--json"], capture_output=True, text=True,
                          check=True)
    found = {finding["id"]: finding for finding in json.loads(done.stdout)["findings"]
             if finding["state"] == "present"}
    fired = found.get("capture.tcp.timeout-retransmits", {"count": 0})["count"]
    if "capture.tcp.loss-both-directions" in found:
        return "both", fired
    one = found.get("capture.tcp.retransmit-one-way")
    if one is None:
        return "nothing", fired
    return "client" if "of the clients" in one["summary"] else "server", fired


def judge(said, lost):
    """Whether that is right, where so many segments of the client and the server were lost."""
    truth = ("nothing", "client", "server", "both")[(lost[0] > 0) + 2 * (lost[1] > 0)]
    if said == truth:
        return truth, "right"
    # Silence is no error; nor is the one that loses ten times as much.
    much = {"client": lost[0] > 10 * lost[1], "server": lost[1] > 10 * lost[0]}
    return truth, "silent" if said == "nothing" else "right" if much.get(said) else "wrong"


def seeds(text):
    """"7" or "1-12"."""
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is neither a number nor two, as 1-12")
    return range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "inquest"))
    parser.add_argument("--seeds", type=seeds, default="1-12")
    parser.add_argument("--output")
    options = parser.parse_args()
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program}: no program there; make lab-lossy builds it")
    if os.geteuid() != 0:
        parser.error("namespaces need root")
    folder = options.output or tempfile.mkdtemp(prefix="inquest-lossy-")
    os.makedirs(folder, exist_ok=True)
    score = collections.Counter()
    for seed in options.seeds:
        path, fired, files = play(seed, folder)
        (client, server) = map(packets, files)
        lost = [len(client[0] - server[0]), len(server[1] - client[1])]
        said, told = zip(*(verdict(options.program, file) for file in files))
        for word in said:
            score[judge(word, lost)] += 1
        for count in told:
            score["timers", "wrong" if count > fired else "right"] += 1
        print(f"{seed:03} lost {lost[0]} of {len(client[0])} and {lost[1]} of {len(server[1])}: "
              f"at the client {said[0]}, at the server {said[1]}; timers fired {fired} times: "
              f"{told[0]}, {told[1]}; {path}", flush=True)
    for (truth, result), count in sorted(score.items()):
        print(f"{truth}: {result} {count}" if truth == "timers" else
              f"{truth} lost: {result} {count}")
    print(f"captures: {folder}")
    return 1 if any(result == "wrong" for _, result in score) else 0


if __name__ == "__main__":
    sys.exit(main())
