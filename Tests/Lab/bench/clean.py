"""Removes what a killed run left: namespaces, the processes in them, temporary folders."""

import os
import re
import shutil
import signal
import subprocess
import tempfile

TAG = re.compile(r"(?:^|-)iq(\d+)x\d+-")
"""The maker's process id in the names that `kit.lab.Lab` gives."""
MAKERS = ("Tests/Lab/run.py", "Tests/Lab/lossy.py", "Tests/Replays/make.py")


def _is_maker(pid):
    """Whether this process is a run that still goes on, and no other that got the number later."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as handle:
            words = handle.read().decode(errors="replace").split("\0")
    except OSError:
        return False
    return any(word.endswith(MAKERS) for word in words)


def _orphans(names):
    for name in names:
        found = TAG.search(name)
        if found and not _is_maker(int(found.group(1))):
            yield name


def clean():
    """Remove all that no living run owns; returns sentences on what went."""
    went = []
    names = os.listdir("/run/netns") if os.path.isdir("/run/netns") else []
    for name in _orphans(names):
        pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True,
                              timeout=20).stdout.split()
        for pid in pids:
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass  # it ended by itself
        subprocess.run(["ip", "netns", "del", name], timeout=20, check=True)
        went.append(f"namespace {name}" + (f" with {len(pids)} processes" if pids else ""))
    for name in _orphans(os.listdir(tempfile.gettempdir())):
        shutil.rmtree(os.path.join(tempfile.gettempdir(), name), ignore_errors=True)
        went.append(f"folder {name}")
    return went
