"""The clients in other languages of `Tests/Lab/programs`, each run to its end."""

import os

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "programs")
SHORT, LONG = 300, 9000
"""Deadlines in milliseconds: shorter and longer than the answers take."""


def path(name):
    """The path of one program."""
    return os.path.join(HERE, name)


def _end(process, what):
    if process.wait(180):
        with open(process.log) as text:
            raise RuntimeError(f"{what}: {text.read()[-500:]}")


def java(host, name, url, count, patient):
    """A single-file Java program."""
    _end(host.spawn("java", "-Xmx96m", "-XX:TieredStopAtLevel=1", path(name), url, count,
                    LONG if patient else SHORT), name)


def python(host, name, url, count, patient):
    """A Python program; its deadline is in seconds."""
    _end(host.spawn("python3", path(name), url, count, (LONG if patient else SHORT) / 1000), name)


def node(host, name, url, count, patient):
    """A module for node."""
    _end(host.spawn("node", path(name), url, count, LONG if patient else SHORT), name)


def go(host, name, url, count, patient):
    """A Go program, built into the lab's folder first."""
    built = host.lab.path("deadline")
    if not os.path.exists(built):
        environment = dict(os.environ, GOCACHE=host.lab.path("go"),
                           GO111MODULE="off")
        _end(host.spawn("go", "build", "-o", built, path(name), env=environment), "go build")
    _end(host.spawn(built, url, count, LONG if patient else SHORT), name)
