"""`inquest engine` under load: time of a reply and growth of memory, over made-up casebooks."""
import json
import random
import subprocess
import time

FACTS = 170
WORDS = ["always", "usually", "usually", "sometimes", "rarely", "never"]


def casebook(path, cases, seed=1):
    """Writes a neutral casebook (engine protocol) with cases of 5 to 15 facts."""
    draw = random.Random(seed)
    facts = [f"f{index:03}" for index in range(FACTS)]
    book = {
        "format": "casebook-exam/1",
        "facts": [{"id": fact, "group": f"g{index // 3}" if index < 60 else None}
                  for index, fact in enumerate(facts)],
        "steps": [{"id": f"s{fact}", "fact": fact, "seconds": 10 + index % 30,
                   "source": "probe" if index % 3 == 0 else "operator"}
                  for index, fact in enumerate(facts)],
        "cases": [{"id": f"c{index:06}", "family": f"a{index % 12}",
                   "base_rate": draw.choice(["common", "uncommon", "rare"]),
                   "lists": {fact: draw.choice(WORDS)
                             for fact in draw.sample(facts, draw.randint(5, 15))}}
                  for index in range(cases)],
    }
    path.write_text(json.dumps(book))


class Engine:
    """The program with its streams; `say` returns the reply and the seconds it took."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "engine"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def say(self, **line):
        data = json.dumps(line).encode() + b"\n"
        began = time.perf_counter()
        self.process.stdin.write(data)
        self.process.stdin.flush()
        reply = self.process.stdout.readline()
        took = time.perf_counter() - began
        answer = json.loads(reply)
        if answer["op"] == "error":
            raise RuntimeError(answer["message"])
        return answer, took

    def memory(self):
        """Resident bytes, from /proc."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def evidence(draw, steps):
    return [{"fact": step[1:], "source": "probe" if int(step[2:]) % 3 == 0 else "operator",
             "value": "yes" if draw.random() < 0.15 else "no"} for step in steps]


def measure(program, path, updates):
    """Seconds to load, seconds of each update with its next step, bytes grown meanwhile."""
    engine = Engine(program)
    draw = random.Random(2)
    _, loading = engine.say(op="casebook", path=str(path))
    times, start, reply = [], None, {"op": "stop"}
    while len(times) < updates:
        if reply["op"] == "ask":
            reply, took = engine.say(op="result", evidence=evidence(draw, reply["steps"]))
        else:
            reply, took = engine.say(op="start", id="d", evidence=[])
        times.append(took)
        if len(times) == updates // 10:
            start = engine.memory()     # after the first tenth nothing should be new
    grown = engine.memory() - start
    engine.close()
    return loading, sorted(times), grown
