"""The screens from the other side of a pseudo-terminal: what a person waits for."""
import fcntl
import os
import pathlib
import pty
import random
import select
import shutil
import signal
import struct
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAMILIES = ["tls", "tcp", "http", "dns", "load-balancing", "kernel-limits", "middlebox"]
WORDS = ["always", "usually", "usually", "sometimes", "sometimes", "rarely", "never"]
# seconds without output after which a frame is whole; the program writes a frame at once
QUIET = 0.004
LONGEST = 60.0
# seconds after which a key is taken to change nothing that is seen
SILENCE = 2.0

CASE = """---
format: inquest.case/1
id: {id}
title: Made up for measuring, number {number}
family: {family}
status: draft
base-rate: uncommon
sources:
  - title: None
    publisher: None
    url: https://example.com/{id}
    kind: incident
symptoms:
{symptoms}
findings:
{findings}
decided-by:
  test: Look at it.
  command: inquest capture {{capture}}
  effect: local
  confirms:
    - [{confirms}]
false-leads: none known
fixes:
  mitigation: Restart it.
  root: Mend it, in way {number}.
verify:
  present: []
  absent: [{confirms}]
  window: 15 minutes
  command: inquest capture after.pcap --json
---
"""
BODY = "".join(f"## {heading}\n\nWords.\n\n" for heading in (
    "Meaning", "Impact", "Diagnosis", "Mitigation", "Story", "False leads"))


def vocabulary(name):
    """The ids of a vocabulary file."""
    with open(ROOT / "casebook" / name, encoding="utf-8") as file:
        return [line.split("id:", 1)[1].strip() for line in file
                if line.lstrip(" -").startswith("id:")]


def casebook(folder, count):
    """The shipped vocabulary and `count` cases made of it, always the same."""
    folder.mkdir()
    for name in ("symptoms.yaml", "findings.yaml"):
        shutil.copy(ROOT / "casebook" / name, folder / name)
    symptoms = vocabulary("symptoms.yaml")
    findings = [fact for fact in vocabulary("findings.yaml")
                if not fact.startswith("capture.quality.") and fact != "host.log.signature"]
    chance = random.Random(1)
    for number in range(count):
        family = FAMILIES[number % len(FAMILIES)]
        case = folder / family / f"case-{number}"
        case.mkdir(parents=True)
        listed = chance.sample(findings, 12)

        def listing(facts):
            return "\n".join(f"  {fact}: {chance.choice(WORDS)}" for fact in facts)
        text = CASE.format(
            id=f"case-{number}", number=number, family=family,
            symptoms=listing(chance.sample(symptoms, 6)),
            findings=f"  {listed[0]}: usually\n" + listing(listed[1:]), confirms=listed[0])
        (case / "case.md").write_text(text + BODY, encoding="utf-8")


class Screens:
    """`inquest` on a pseudo-terminal of 120 by 40 cells."""

    def __init__(self, inquest, folder, book, *arguments):
        environment = dict(
            os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", HOME=str(folder),
            XDG_STATE_HOME=str(folder / "state"), XDG_DATA_HOME=str(folder / "data"))
        folder.mkdir(exist_ok=True)
        command = [inquest, "--casebook", str(book), "--database", str(folder / "index.sqlite"),
                   *arguments]
        self.began = time.monotonic()
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execve(inquest, command, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.set_blocking(self.terminal, False)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)

    def read(self, patience):
        """What is written within `patience` seconds, b"" for nothing."""
        if not select.select([self.terminal], [], [], patience)[0]:
            return b""
        try:
            return os.read(self.terminal, 1 << 16)
        except (BlockingIOError, OSError):
            return b""

    def wait(self, text, longest=LONGEST):
        """Until `text` was written; the seconds since the start."""
        end = time.monotonic() + longest
        while text.encode() not in self.seen:
            if time.monotonic() > end:
                raise TimeoutError(f"'{text}' was not shown within {longest} s")
            self.seen += self.read(1)
        return time.monotonic() - self.began

    def drain(self, quiet=0.15):
        """Until nothing is written for a while."""
        while chunk := self.read(quiet):
            self.seen += chunk

    def key(self, keys, quiet=0.15):
        """Seconds from a key to the end of the frame that answers it; `None` for no answer."""
        self.drain(quiet)
        began = time.monotonic()
        os.write(self.terminal, keys.encode())
        chunk = self.read(SILENCE)
        last = time.monotonic()
        while chunk:
            self.seen += chunk
            last = time.monotonic()
            chunk = self.read(QUIET)
        return last - began if last - began < SILENCE else None

    def ticks(self):
        """Clock ticks of processor time used so far."""
        with open(f"/proc/{self.child}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])


# What a person does: answers, looks, moves, searches, takes back. Escape leads back and is waited for
# by the terminal's own rule, so it is pressed and not measured.
KEYS = ["n", "d", "n", "d", "\t", "j", "j", "k", "\t", "j", "\t", "p", "n", "u", "w", "\x1b[B", "\x1b",
        "s", "j", "\x1b", "1", "\x1b[B", "\x1b", "e", "\x1b[B", "\x1b", "/", "h", "a", "n", "g", "\x7f",
        "\x1b[B", "\r", "\x1b", "\x1b", "\x1b", "n", "d", "f", "f", "u", "?", "\x1b"]


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def measure_start(inquest, folder, book, runs):
    """Milliseconds from the start to the first useful screen; the index is there already."""
    times = []
    for _ in range(runs + 1):
        with Screens(inquest, folder, book) as screens:
            times.append(screens.wait("What is wrong?"))
    return percentile(times[1:], 0.5)


def measure_keys(inquest, folder, book, *arguments, shown="What is wrong?", rounds=3, busy=False):
    """Milliseconds of each key, and which key it was; ticks of an idle second; whether what was
    begun has ended before the keys.

    With `busy` the keys are pressed at once, until what was begun has ended."""
    with Screens(inquest, folder, book, *arguments) as screens:
        screens.wait(shown)
        if not busy:
            screens.drain(1)
        if not arguments:
            screens.key("\r")
        times = []
        for _ in range(rounds):
            for key in KEYS:
                # Progress is painted ten times a second.
                taken = screens.key(key, 0.02 if busy else 0.15)
                if busy and b"findings present" in screens.seen:
                    return times, 0, True
                if taken is not None and key != "\x1b":
                    times.append((taken, key))
        screens.drain(1)
        before = screens.ticks()
        time.sleep(2)
        return times, (screens.ticks() - before) / 2, False


def table(Table, inquest, generator, folder, markdown, note):
    """The goals: start, keys with much loaded, idle, keys beside a long analysis."""
    made = Table("The screens, on a pseudo-terminal", ["what", "p50 ms", "p95 ms", "most ms", "goal"],
                 markdown)
    small, large = folder / "book-100", folder / "book-10000"
    note("  100 and 10,000 cases ...")
    casebook(small, 100)
    casebook(large, 10_000)
    start = measure_start(inquest, folder / "home-a", small, 5)
    made.add("start, 100 cases", f"{start:.0f}", "", "",
             f"<= 200 ms {'kept' if start <= 200 else 'MISSED'}")
    many = generator(folder, "100 k flows", ["--flows", "100000", "--mean-bytes", "1500"])
    note("  keys with much loaded ...")
    times, idle, _ = measure_keys(inquest, folder / "home-b", large, "--capture", many.path,
                                  shown="present")
    add_keys(made, f"a key, 10,000 cases, {many.totals['flows']:,} flows", times)
    made.add("idle", "", "", "", f"{idle:.1f} ticks a second "
             f"{'kept' if idle < 1 else 'MISSED'}")
    os.remove(many.path)
    big = generator(folder, "1 GB", ["--packets", "4000000"])
    note(f"  keys while {big.totals['captured_bytes'] / 1e9:.1f} GB are read ...")
    times, _, ended = measure_keys(inquest, folder / "home-c", small, "--capture", big.path,
                                   shown="packets", rounds=5, busy=True)
    size = big.totals["captured_bytes"] / 1e9
    label = f"a key beside {size:.1f} GB being read"
    add_keys(made, f"{label}, {len(times)} keys{' until its end' if ended else ''}", times)
    os.remove(big.path)
    return made


def add_keys(made, label, times):
    values = [seconds for seconds, _ in times]
    worst = max(times)
    p95 = percentile(values, 0.95)
    made.add(label, f"{percentile(values, 0.5):.1f}", f"{p95:.1f}",
             f"{worst[0] * 1000:.1f} ({worst[1]!r})",
             f"<= 16 ms {'kept' if p95 <= 16 else 'MISSED'}")
