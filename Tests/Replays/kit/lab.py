"""A throw-away network: namespaces joined by veth pairs, with every process bounded and ended.

All addresses are private or documentation addresses, nothing leaves the machine: a lab has no link
to the host's own network.
"""

import contextlib
import ctypes
import fcntl
import itertools
import multiprocessing
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
# linux/ethtool.h: checksum, scatter/gather, TSO, GSO and GRO switches.
OFFLOADS = (0x17, 0x15, 0x19, 0x1F, 0x24, 0x2C)
_libc = ctypes.CDLL(None, use_errno=True)
_fork = multiprocessing.get_context("fork")


def wait_for(condition, timeout=10.0, what="condition", step=0.05):
    """Poll until `condition()` is true; raise TimeoutError after `timeout` seconds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(step)


def run(*argv, **keywords):
    """Run a short command to its end (20 s at most); raise with its error text when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, **keywords)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def enter(namespace):
    """Move the calling thread into a named network namespace (setns(2))."""
    with open(f"/run/netns/{namespace}") as handle:
        if _libc.setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


def _offloads_off(interface):
    """Real frames have checksums and fit the MTU: switch the veth's short cuts off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                pass  # not every switch exists on every kernel


class Task:
    """A Python function running in a child process inside a namespace."""

    def __init__(self, host, function, arguments):
        self._receiver, sender = _fork.Pipe(duplex=False)
        self.process = _fork.Process(target=self._main, args=(host, function, arguments, sender))
        self.process.daemon = True
        self.process.start()
        sender.close()

    @staticmethod
    def _main(host, function, arguments, sender):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        enter(host.namespace)
        try:
            sender.send((True, function(*arguments)))
        except Exception as error:  # the parent decides what a failed client means
            sender.send((False, f"{type(error).__name__}: {error}"))

    def result(self, timeout=60.0):
        """The function's value, or its error's text prefixed with "!"."""
        if not self._receiver.poll(timeout):
            raise TimeoutError(f"task still running after {timeout} s")
        good, value = self._receiver.recv()
        self.process.join(5)
        return value if good else f"!{value}"

    def signal(self, number):
        """Send a signal to the process."""
        os.kill(self.process.pid, number)

    def stop(self):
        """End the process, also a stopped one."""
        if self.process.is_alive():
            self.process.kill()
        self.process.join(5)


class Host:
    """One namespace; interfaces are added by `Lab.link` and `Lab.lan`."""

    def __init__(self, lab, name, namespace):
        self.lab, self.name, self.namespace = lab, name, namespace

    def sh(self, command):
        """Run one command line in the namespace, without a shell."""
        return run("ip", "netns", "exec", self.namespace, *command.split())

    def ip(self, arguments):
        """Run `ip` with these arguments in the namespace."""
        return run("ip", "-n", self.namespace, *arguments.split())

    def sysctl(self, **values):
        """Set values below net.*; `__` stands for a dot."""
        for key, value in values.items():
            self.sh(f"sysctl -qw net.{key.replace('__', '.')}={value}")

    def router(self):
        """Forward, without redirects and without reverse-path filtering."""
        self.sysctl(ipv4__ip_forward=1, ipv6__conf__all__forwarding=1)
        for where in ("all", "default"):
            self.sysctl(**{f"ipv4__conf__{where}__send_redirects": 0})
            self.sysctl(**{f"ipv4__conf__{where}__rp_filter": 0})
        return self

    def nft(self, rules):
        """Load nftables rules."""
        run("ip", "netns", "exec", self.namespace, "nft", "-f", "-", input=rules)

    def filter(self, *rules, hook="forward", name="wall"):
        """One nftables chain with these rules; several calls need names of their own."""
        body = "\n".join(rules)
        self.nft(f"table ip {name} {{\nchain rules {{\ntype filter hook {hook} priority 0;\n"
                 f"{body}\n}}\n}}\n")

    def spawn(self, *argv, log=None, **keywords):
        """Start a program; its output goes to a file of the lab's directory."""
        path = self.lab.path(f"{log or os.path.basename(argv[0])}-{self.lab.serial()}.log")
        with open(path, "wb") as output:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, *map(str, argv)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=self.lab.directory, **keywords)
        process.log = path
        self.lab.processes.append(process)
        return process

    def start(self, function, *arguments):
        """Run a Python function in a child process of this namespace."""
        task = Task(self, function, arguments)
        self.lab.tasks.append(task)
        return task

    def call(self, function, *arguments, timeout=60.0):
        """As `start`, and wait for the value."""
        return self.start(function, *arguments).result(timeout)

    def curl(self, *arguments, timeout=60.0):
        """Run curl to its end; returns (exit code, what it wrote)."""
        process = self.spawn("curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", *arguments)
        code = process.wait(timeout)
        with open(process.log) as text:
            return code, text.read()

    def listening(self, port, timeout=15.0):
        """Wait until something listens on this port, without connecting to it."""
        def seen():
            return bool(self.sh(f"ss -Hltn sport = :{port}").strip())
        wait_for(seen, timeout, f"listener on {self.name}:{port}")


class Lab:
    """Context manager of one scenario's network; leaves nothing behind."""

    _numbers = itertools.count(1)

    def __init__(self, name, offload=False):
        self.name, self.offload = name, offload
        self.hosts, self.processes, self.tasks = {}, [], []
        self._serial = itertools.count(1)
        self._mac = itertools.count(1)

    def __enter__(self):
        self.tag = f"iq{os.getpid()}x{next(self._numbers)}"
        self.directory = tempfile.mkdtemp(prefix=f"inquest-{self.tag}-")
        os.chmod(self.directory, 0o755)
        return self

    def __exit__(self, *_):
        for task in self.tasks:
            task.stop()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(2)
        for host in self.hosts.values():
            for pid in run("ip", "netns", "pids", host.namespace).split():
                # Daemons' children in our own namespace; one may end by itself meanwhile.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            run("ip", "netns", "del", host.namespace)
        shutil.rmtree(self.directory, ignore_errors=True)

    def serial(self):
        """A number that no other log of this lab has."""
        return next(self._serial)

    def path(self, name):
        """A path in the lab's own temporary directory."""
        return os.path.join(self.directory, name)

    def write(self, name, text):
        """Write a file (a configuration) and return its path."""
        with open(self.path(name), "w") as handle:
            handle.write(text)
        return self.path(name)

    def host(self, name):
        """A namespace without links, loopback up, IPv6 quiet (no duplicate-address waits)."""
        host = Host(self, name, f"{self.tag}-{name}")
        run("ip", "netns", "add", host.namespace)
        self.hosts[name] = host
        host.sysctl(ipv6__conf__default__accept_dad=0, ipv6__conf__default__router_solicitations=0,
                    ipv6__conf__default__addr_gen_mode=1)
        host.ip("link set lo up")
        return host

    def mac(self):
        """The next locally administered address, for instance 02:00:00:00:00:05."""
        return f"02:00:00:00:00:{next(self._mac):02x}"

    def link(self, one, one_name, one_address, two, two_name, two_address):
        """Join two hosts by a veth pair; an address of None leaves that end without one."""
        one.ip(f"link add {one_name} address {self.mac()} type veth "
               f"peer name {two_name} address {self.mac()} netns {two.namespace}")
        for host, name, address in ((one, one_name, one_address), (two, two_name, two_address)):
            if address:
                host.ip(f"addr add {address} dev {name}" + (" nodad" if ":" in address else ""))
            host.ip(f"link set {name} up")
            if not self.offload:
                self._in(host, _offloads_off, name)

    def lan(self, name, members):
        """A switch (Linux bridge) with these (host, interface, address) members; returns it."""
        switch = self.host(name)
        switch.ip("link add br0 type bridge")
        switch.ip("link set br0 up")
        for number, (host, interface, address) in enumerate(members):
            self.link(switch, f"port{number}", None, host, interface, address)
            switch.ip(f"link set port{number} master br0")
        return switch

    @staticmethod
    def _in(host, function, *arguments):
        """Run a quick function in a namespace, in a thread of its own."""
        def body():
            enter(host.namespace)
            function(*arguments)
        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
