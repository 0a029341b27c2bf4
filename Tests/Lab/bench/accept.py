"""A license server behind TLS, its clients and the one who holds it: what group a shares."""

import contextlib
import os
import threading
import time

from kit import clients, services

from .incident import Incident

SERVER = ("192.0.2.10", 27000)
TARGET = f"tls://{SERVER[0]}:{SERVER[1]}"
PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "programs",
                       "license_server.py")
CASE = "blocking-tls-accept-held-by-silent-client"


def try_line(address, deadline=8.0, own=None):
    """A checkout that may fail; returns the handshake's seconds or None."""
    try:
        return clients.line_over_tls(address, deadline, own=own)
    except OSError:
        return None


def checkouts(host, number, apart, deadline=8.0, own=None):
    """Checkouts begun one after the other, not waited for."""
    tasks = []
    for _ in range(number):
        tasks.append(host.start(try_line, SERVER, deadline, own))
        time.sleep(apart)
    return tasks


def at_moments(moments, action, *arguments):
    """Do something at each of these monotonic times, side by side; a process of its own may be
    late to begin on a loaded machine, threads of one that is there already are not."""
    threads = []
    for moment in moments:
        time.sleep(max(0.0, moment - time.monotonic()))
        threads.append(threading.Thread(target=action, args=arguments))
        threads[-1].start()
    for thread in threads:
        thread.join()


def banner_check(address, wait):
    """Connect, wait for a greeting, leave."""
    clients.banner_check(address, 0.0, wait, 1)


class Accept(Incident):
    """One switch with a server, a client and the operator's host."""

    checks = ("tls-second-client",)
    group = "a"
    topology = ("one switch: server 192.0.2.10, client 192.0.2.21, operator's host 192.0.2.66")
    symptoms = ("hang-after-connect", "tls-handshake-hangs", "steady-small-share", "ping-works",
                "restart-helps", "monitor-green-users-fail")

    def build(self, lab):
        """The network and the server."""
        self.lab = lab
        self.server, self.client, self.ops = hosts = [
            lab.host(name) for name in ("server", "client", "ops")]
        lab.lan("switch", [(host, "eth0", f"192.0.2.{last}/24")
                           for host, last in zip(hosts, (10, 21, 66))])
        self.pair = services.certificate(lab, "license.example.com")
        self.own = None
        self.process = self.serve()

    def serve(self):
        """Start the server; returns its process."""
        return services.s_server(self.server, SERVER[1], self.pair, "-rev")

    def points(self):
        """The server's interface, and the client's."""
        return {"server": (self.server, "eth0"), "client": (self.client, "eth0")}

    def ordinary(self, number=2):
        """Checkouts one after the other."""
        for _ in range(number):
            self.client.call(try_line, SERVER, 30.0, self.own)
            time.sleep(0.2)

    @contextlib.contextmanager
    def checkouts_going_on(self, deadline=6.0):
        """A client that asks every second or so until the body is done."""
        task = self.client.start(ask_for_ever, deadline, self.own)
        try:
            yield
        finally:
            task.stop()

    def look(self):
        """On the server, at its process."""
        return self.server, ("--port", SERVER[1], "--process", self.process.pid, "--watch", 6)

    def ask(self):
        """From the client."""
        return self.client, (TARGET,)


def ask_for_ever(deadline, own, pause=0.7):
    """One checkout after the other until the process is ended."""
    while True:
        try_line(SERVER, deadline, own)
        time.sleep(pause)


def license_server(bench, mode, authority=None):
    """The server of our own (programs/license_server.py); returns its process."""
    process = bench.server.spawn("python3", PROGRAM, *SERVER, *bench.pair, mode,
                                 *([authority] if authority else []))
    bench.server.listening(SERVER[1])
    return process


def held_workload(bench, seconds=5.0):
    """Checkouts; one silent connection with three checkouts behind it; checkouts."""
    bench.ordinary()
    quiet = bench.ops.start(clients.silent, SERVER, seconds)
    time.sleep(0.5)
    waiting = checkouts(bench.client, 3, 0.4, 20.0, bench.own)
    quiet.result()
    for task in waiting:
        task.result()
    bench.ordinary()


@contextlib.contextmanager
def held(bench):
    """The silent connection, and clients that hang behind it."""
    quiet = bench.ops.start(clients.silent, SERVER, 180.0)
    time.sleep(0.5)
    waiting = checkouts(bench.client, 3, 0.2, 60.0, bench.own)
    yield
    for task in (quiet, *waiting):
        task.stop()


@contextlib.contextmanager
def checked(bench):
    """A check every 3 s that waits 2 s for a greeting; clients come and go."""
    check = bench.ops.start(clients.banner_check, SERVER, 3.0, 2.0, 100)
    with bench.checkouts_going_on():
        yield
    check.stop()
