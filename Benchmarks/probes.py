"""Probes against `openssl s_client` and sslyze, all on loopback.

Servers are made here: openssl s_server for single handshakes, and one in Python that answers on
every address of 127.0.0.0/8 for the many targets. Nothing leaves the machine.
"""
import json
import os
import pathlib
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time

import measure

TARGETS = 1000


def certificate(folder):
    """A self-signed certificate for localhost: paths of the PEM files."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, stderr=subprocess.DEVNULL)
    return certificate, key


class Server:
    """openssl s_server on one port, for one client after the other."""

    def __init__(self, folder, certificate, key):
        self.log = open(folder / "s_server", "w+b")
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(certificate),
             "-key", str(key), "-quiet", "-naccept", "1000000"],
            stdin=subprocess.PIPE, stdout=self.log, stderr=subprocess.DEVNULL)
        self.port = self._port()

    def _port(self):
        """The kernel's table names the port that the process listens on."""
        for _ in range(500):
            found = subprocess.run(["ss", "-Hltnp"], stdout=subprocess.PIPE, text=True).stdout
            for line in found.splitlines():
                if f"pid={self.process.pid}," in line:
                    return int(line.split()[3].rsplit(":", 1)[1])
            time.sleep(0.02)
        raise RuntimeError("openssl s_server does not listen")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def serve(listener, context):
    """Shakes hands with one client after the other and waits for it to leave."""
    while True:
        client, _ = listener.accept()
        try:
            client.settimeout(10)
            with context.wrap_socket(client, server_side=True) as stream:
                stream.recv(1)
        except OSError:
            pass


def farm(certificate, key):
    """A TLS server on one port of all of 127.0.0.0/8, a process for each processor, so that
    Python's lock does not slow the clients: its port, and what ends it."""
    listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
    children = []
    for _ in range(max(1, os.cpu_count() or 1)):
        child = os.fork()
        if child == 0:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            workers = [threading.Thread(target=serve, args=(listener, context), daemon=True)
                       for _ in range(32)]
            for worker in workers:
                worker.start()
            workers[0].join()
            os._exit(0)
        children.append(child)

    def stop():
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
        listener.close()
    return listener.getsockname()[1], stop


def handshakes(inquest, folder, certificate, key, pairs):
    """Seconds of a whole s_client that verifies, and the median ratios to it: of the handshake
    alone, of whole runs of `tls-addresses` (one handshake) and of `tls` (two)."""
    server = Server(folder, certificate, key)
    try:
        client = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
                  str(certificate), "-verify_return_error", "-verify_ip", "127.0.0.1"]
        probe = [inquest, "probe", f"tls://127.0.0.1:{server.port}", "--trust", str(certificate),
                 "--json", "--no-capture", "--no-fetch", "--fail-on", "none", "--rate", "100000"]
        output = folder / "probe.json"
        times, shares, single, double = [], [], [], []
        for _ in range(pairs):
            times.append(measure.run(client).wall)
            single.append(measure.run([*probe, "tls-addresses"], str(output)).wall / times[-1])
            shares.append(handshake_seconds(output) / times[-1])
            double.append(measure.run([*probe, "tls"], str(output)).wall / times[-1])
        return [statistics.median(values) for values in (times, shares, single, double)]
    finally:
        server.stop()


def handshake_seconds(path):
    """From the connect to the close of the first connection with a handshake."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    for check in document["checks"]:
        for timeline in check["timelines"]:
            stages = timeline["stages"]
            if any(stage["name"] == "tls.server-hello" for stage in stages):
                last = max(stage["start"] + stage["seconds"] for stage in stages)
                return last - min(stage["start"] for stage in stages)
    raise RuntimeError("the probe has no handshake")


def many(inquest, folder, certificate, key, count):
    """Runs of inquest over `count` targets with one handshake each and with the whole `tls`, bytes
    of memory of a probe in flight, and seconds of sslyze."""
    port, stop = farm(certificate, key)
    try:
        targets = folder / "targets"
        targets.write_text("".join(
            f"tls://127.0.{number // 250}.{number % 250 + 1}:{port}\n" for number in range(count)))
        command = [inquest, "probe", "--targets", str(targets), "--ndjson", "--no-fetch",
                   "--fail-on", "none", "--rate", "100000", "tcp"]
        one = measure.run([*command, "tls-addresses"])
        full = measure.run([*command, "tls"])
        # Memory in flight: the same targets one at a time, and many at a time.
        single = measure.run([*command, "tls-addresses", "--in-flight", "1"])
        wide = measure.run([*command, "tls-addresses", "--in-flight", "512"])
        each = (wide.peak - single.peak) / 511
        return one, full, each, sslyze_seconds(folder, port, count)
    finally:
        stop()


def sslyze_seconds(folder, port, count):
    """Seconds of sslyze over the same number of targets, its cheapest scan; `None` without it."""
    program = shutil.which("sslyze") or os.environ.get("SSLYZE")
    if not program:
        return None
    share = max(1, count // 10)
    targets = folder / "sslyze-targets"
    targets.write_text("".join(
        f"127.0.{number // 250}.{number % 250 + 1}:{port}\n" for number in range(share)))
    used = measure.run([program, "--targets_in", str(targets), "--certinfo"])
    return used.wall * count / share


def table(make, inquest, folder, pairs, markdown):
    folder = pathlib.Path(folder)
    result = make("Probes (loopback)", ["measure", "inquest", "reference", "ratio", "goal"],
                  markdown)
    if not shutil.which("openssl"):
        print("bench: probes need openssl", file=sys.stderr)
        return result
    pem, key = certificate(folder)
    client, share, single, double = handshakes(inquest, folder, pem, key, pairs)
    for what, ratio, goal in (
            ("a probe with one TLS handshake, connect to close", share, 1.2),
            ("the process around it, `probe … tls-addresses`", single, ""),
            ("the process of `probe … tls` (2 handshakes)", double, "")):
        result.add(what, f"{ratio * client * 1000:.1f} ms", f"{client * 1000:.1f} ms s_client",
                   f"{ratio:.2f}", goal and f"<= {goal}x {'kept' if ratio <= goal else 'MISSED'}")
    one, full, each, sslyze = many(inquest, folder, pem, key, TARGETS)
    for what, used in (("one TLS handshake", one), ("all of `tls`", full)):
        row = (f"{TARGETS:,} targets, tcp and {what}", f"{used.wall:.1f} s")
        if sslyze is None:
            result.add(*row, "sslyze is not installed (pip install sslyze, or SSLYZE=path)", "-",
                       ">= 10x")
        else:
            ratio = sslyze / used.wall
            result.add(*row, f"{sslyze:.0f} s sslyze --certinfo", f"{ratio:.0f}",
                       f">= 10x {'kept' if ratio >= 10 else 'MISSED'}")
    result.add("memory of a probe in flight", f"{each / 1000:.0f} kB", "", "",
               f"<= 100 kB {'kept' if each <= 100_000 else 'MISSED'}")
    return result
