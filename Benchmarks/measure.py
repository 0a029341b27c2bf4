"""CPU time and peak memory of a process, as the kernel accounts for them (wait4, getrusage(2))."""
import os
import statistics
import time


MIB = 1024 * 1024
_floor = None


class Usage:
    """What one run of a command took."""

    def __init__(self, cpu, wall, peak, status):
        self.cpu = cpu          # user and system time, seconds
        self.wall = wall        # seconds
        self.peak = peak        # peak resident set, bytes
        self.status = status    # exit status, or the negated signal


def run(command, output=os.devnull):
    """Runs a command with its output thrown away, or written to a file."""
    began = time.monotonic()
    child = os.posix_spawnp(
        command[0], command, os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ])
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - began
    return Usage(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024,
                 os.waitstatus_to_exitcode(status))


def mebibytes(usage):
    """A peak in mebibytes, or that it is below what can be told: a child's begins with what Python
    held when it was spawned."""
    global _floor
    _floor = _floor or run(["true"]).peak
    limit = _floor / MIB
    return f"{usage / MIB:.0f}" if usage > _floor * 1.1 else f"< {limit:.0f}"


class Series:
    """Repeated runs of one command beside the runs of a reference, in turn (A B A B ...)."""

    def __init__(self):
        self.runs, self.ratios = [], []

    def add(self, usage, reference):
        self.runs.append(usage)
        self.ratios.append(usage.cpu / max(reference.cpu, 1e-6))

    @property
    def cpu(self):
        return statistics.median(usage.cpu for usage in self.runs)

    @property
    def peak(self):
        return max(usage.peak for usage in self.runs)

    @property
    def ratio(self):
        return statistics.median(self.ratios)

    @property
    def spread(self):
        return f"{min(self.ratios):.2f} - {max(self.ratios):.2f}"

    @property
    def status(self):
        return max((usage.status for usage in self.runs), key=abs)


def paired(command, reference, pairs, output=os.devnull):
    """Alternates the command with the reference; a ratio belongs to each pair."""
    series = Series()
    for _ in range(pairs):
        series.add(run(command, output), run(reference, output))
    return series


def median_cpu(command, runs):
    """Median CPU seconds of a short command, and its last exit status."""
    usages = [run(command) for _ in range(runs)]
    return (statistics.median(usage.cpu for usage in usages),
            max(usage.peak for usage in usages), usages[-1].status)
