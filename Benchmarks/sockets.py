"""`inquest host` beside `ss -tinp`, on a table of many sockets in a network namespace of its own."""
import os
import resource
import socket
import subprocess
import sys

# Below the usual hard limit of descriptors, so that no right is needed to hold them.
PER_PROCESS = 18_000


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


class Table:
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


if __name__ == "__main__":
    hold(int(sys.argv[1]))
