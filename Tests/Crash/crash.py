#!/usr/bin/env python3
"""Kills a triage by SIGKILL at random moments, again and again, and looks for what it had said was
kept: every answer after which the next question was asked, in its last state, and nothing else but
the one answer that was under way. Half of the rounds take up the incident of the round before."""
import argparse, json, os, random, select, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--program", required=True)
parser.add_argument("--casebook", default=os.path.join(os.path.dirname(__file__), "../../casebook"))
parser.add_argument("--rounds", type=int, default=200)
parser.add_argument("--seed", type=int, default=None, help="the same moments again, nearly")
options = parser.parse_args()
seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
chance = random.Random(seed)
home = tempfile.mkdtemp(prefix="inquest-crash-")
environment = {
    "PATH": "/usr/bin:/bin", "HOME": home, "XDG_DATA_HOME": home + "/data",
    "XDG_STATE_HOME": home + "/state", "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb",
}
PATIENCE = 60


def inquest(*arguments):
    done = subprocess.run(
        [options.program, *arguments, "--casebook", options.casebook], env=environment,
        capture_output=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr.decode()


def fail(text):
    print(f"LOST in round {current}, seed {seed}: {text}\nthe database is kept in {home}")
    sys.exit(1)


class Triage:
    """A triage over a pipe; `say` sends a line, `acknowledged` waits for the next question."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            [options.program, *arguments, "--casebook", options.casebook], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.told = b""
        self.prompts = 0

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def acknowledged(self):
        end = time.monotonic() + PATIENCE
        while self.told.count(b"help] > ") <= self.prompts:
            ready, _, _ = select.select([self.process.stderr], [], [], end - time.monotonic())
            chunk = os.read(self.process.stderr.fileno(), 65536) if ready else b""
            if not chunk:
                fail("no question came: " + self.told.decode()[-500:])
            self.told += chunk
        self.prompts += 1

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stderr.close()


def kept(name):
    code, out, errors = inquest("incident", "show", name, "--json")
    if code != 0:
        return None, errors
    incident = json.loads(out)
    return incident["id"], {e["id"]: e["state"] for e in incident["evidence"]}


def play(symptoms, before):
    """One triage; returns what was acknowledged, and what may have been written besides."""
    resumes = before is not None and chance.random() < 0.5
    history = [dict(before[1])] if resumes else [{}]
    triage = Triage(
        ["incident", "resume", before[0]] if resumes else ["diagnose", "--interactive=plain"])
    triage.acknowledged()
    for _ in range(chance.randrange(1, 9)):
        history = answer(triage, symptoms, history)
        triage.acknowledged()
    under_way = answer(triage, symptoms, history)
    time.sleep(chance.choice([0, chance.random() * 0.005, chance.random() * 0.05]))
    triage.kill()
    return before[0] if resumes else None, history[-1], under_way[-1]


def answer(triage, symptoms, history):
    if len(history) > 1 and chance.random() < 0.15:
        triage.say("undo")
        return history[:-1]
    symptom, word = chance.choice(symptoms), chance.choice(["yes", "no"])
    triage.say(f"{symptom}={word}")
    state = dict(history[-1])
    state[symptom] = "present" if word == "yes" else "absent"
    return history + [state]


current = 0
_, listed, _ = inquest("symptom", "list", "--json")
symptoms = [s["id"] for s in json.loads(listed)["symptoms"]]
before, ids, answers = None, set(), 0
for current in range(1, options.rounds + 1):
    resumed, acknowledged, besides = play(symptoms, before)
    name, found = kept(resumed or "last")
    if name is None:
        fail("no incident is there: " + found)
    if found not in (acknowledged, besides):
        fail(f"kept {found}, said {acknowledged}, under way {besides}")
    if resumed is None and name in ids:
        fail("a new triage went into an old incident")
    ids.add(name)
    answers += len(acknowledged)
    before = (name, found)
    if current % 20 == 0 or current == options.rounds:
        code, _, _ = inquest("info", "--check")
        if code != 0:
            fail("the database is damaged")
_, listed, _ = inquest("incident", "list", "--json", "--limit", "100000")
if {t["id"] for t in json.loads(listed)["triages"]} != ids:
    fail("the list is not what was made")
subprocess.run(["rm", "-rf", home], check=True)
print(f"{options.rounds} kills, {len(ids)} incidents, {answers} facts acknowledged, none lost "
      f"(seed {seed})")
