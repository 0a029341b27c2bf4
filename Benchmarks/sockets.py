"""`inquest host` beside `ss -tinp`, on a table of many sockets in a network namespace of its own."""
import os
import resource
import shutil
import socket
import subprocess
import sys

import measure

# Of one look; the first shows what the program takes by itself.
COUNTS = [100, 100_000]
# Bytes a socket, and seconds of CPU.
MEMORY_GOAL, CPU_GOAL = 200, 1
# Below the usual hard limit of descriptors, so that no right is needed to hold them.
PER_PROCESS = 18_000


LACKS = ("root" if os.geteuid() else "ss" if not shutil.which("ss")
         else "unshare" if not shutil.which("unshare") else None)


def hold(count):
    """Makes `count` TCP sockets in this namespace, over several processes, until input ends."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write("1024 65535")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(PER_PROCESS, hard - 100)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    number = 0
    while count > 0:
        number += 1
        part = min(count, most)
        count -= part
        reader, writer = os.pipe()
        if os.fork() == 0:
            server = socket.create_server((f"127.0.1.{number}", 80), backlog=64)
            kept = []
            for _ in range(part // 2):
                client = socket.create_connection(server.getsockname())
                peer, _ = server.accept()
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                kept += [client, peer]
            os.write(writer, b"x")
            sys.stdin.read()
            os._exit(0)
        os.read(reader, 1)
    print("ready", flush=True)
    sys.stdin.read()


class Held:
    """The sockets, held by a child in its namespace while the `with` block runs."""

    def __init__(self, count):
        self.count = count

    def __enter__(self):
        self.holder = subprocess.Popen(
            ["unshare", "--net", sys.executable, __file__, str(self.count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.stdout.readline().strip() != b"ready":
            raise RuntimeError("no table of sockets: needs root, unshare and ip")
        return self

    def __exit__(self, *_):
        self.holder.stdin.close()
        self.holder.wait()

    def inside(self, command):
        """The command, run in the namespace."""
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"] + command


def table(make, inquest, markdown, note):
    """CPU beside ss in turn; memory as what it takes beyond a small table."""
    rows = make("inquest host, one look",
                ["command", "sockets", "CPU s", "x ss", "spread", "peak MiB", "goal"], markdown)
    small = None
    for count in COUNTS:
        note(f"  sockets, {count:,} ...")
        with Held(count) as held:
            ours = measure.paired(held.inside([inquest, "host", "--json"]),
                                  held.inside(["ss", "-tinp"]), 5)
            peer = measure.run(held.inside(["ss", "-tinp"]))
        small = small or (count, min(run.peak for run in ours.runs))
        each = (ours.peak - small[1]) / max(count - small[0], 1)
        goal = "" if count == COUNTS[0] else (
            f"<= {CPU_GOAL} s {'kept' if ours.cpu <= CPU_GOAL else 'MISSED'}, <= ss "
            f"{'kept' if ours.ratio <= 1 else 'MISSED'}, {each:.0f} <= {MEMORY_GOAL} bytes a "
            f"socket {'kept' if each <= MEMORY_GOAL else 'MISSED'}")
        if ours.status not in (0, 1, 3):
            goal = f"failed, exit status {ours.status}"
        rows.add("inquest host --json", f"{count:,}", f"{ours.cpu:.2f}", f"{ours.ratio:.2f}",
                 ours.spread, measure.mebibytes(ours.peak), goal)
        rows.add("ss -tinp", f"{count:,}", f"{peer.cpu:.2f}", "1", "",
                 measure.mebibytes(peer.peak), "")
    return rows


if __name__ == "__main__":
    hold(int(sys.argv[1]))
