#!/usr/bin/env python3
"""Compare what `inquest probe` says about TLS servers with sslyze and testssl.sh.

usage: compare.py INQUEST [--only SERVER] [--markdown] [--all]

Starts real servers on loopback, asks each with the three tools, and prints a row for each property:
the three answers, and whether they agree or why not. Rows in which all agree are counted, and shown
with --all. Status 1: a difference that nothing here explains. Needs openssl, nginx, haproxy, apache2
and java; of sslyze (PATH or SSLYZE=path) and testssl.sh what is there. Takes minutes: testssl.sh.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys

import servers
import tools

# testssl.sh needs seconds a section: -p versions, -S certificate and sessions, -R renegotiation.
SECTIONS = {name: ["-p", "-S", "-R"] for name in (
    "every version", "no tickets", "no sessions", "wants a client certificate", "Java")} | {
    name: ["-p", "-S", "-R", "-f", "-E"] for name in (
        "weak DH and suites", "nginx", "HAProxy", "Apache")} | {
    name: ["-S"] for name in ("expired", "self-signed", "intermediate missing", "wrong name")}

# Why a tool differs: property, tool, a condition on the three answers, the reason.
REASONS = [
    ("session id", "sslyze", lambda answers, server: server != "Java",
     "sslyze goes away without close_notify, and the server forgets the session (RFC 5246 §7.2.1); "
     "inquest tells both: probe.tls.resumption-needs-clean-close"),
    ("session id", "testssl", lambda answers, server: answers["inquest"] == "yes",
     "testssl.sh's answer changes from run to run; `openssl s_client -no_ticket -sess_in` resumes"),
    ("ticket", "testssl", lambda answers, server: server in ("no tickets", "no sessions"),
     "testssl.sh counts tickets of TLS 1.3 (RFC 8446 §4.6.1), which s_server -no_ticket goes on "
     "giving out; inquest calls those PSK"),
    ("ticket", "sslyze", lambda answers, server: server == "Java",
     "`openssl s_client -sess_in` resumes by ticket too, as testssl.sh says; sslyze does not"),
    ("groups", "sslyze", lambda answers, server: server == "weak DH and suites",
     "the server speaks ECDHE with the NULL suites alone, which sslyze does not offer with groups"),
]


def ask(name, port, farm, inquest):
    found = {"inquest": tools.inquest(inquest, port, farm)}
    if shutil.which("sslyze") or os.environ.get("SSLYZE"):
        found["sslyze"] = tools.sslyze(port, farm)
    if shutil.which("testssl") or shutil.which("testssl.sh"):
        found["testssl"] = tools.testssl(port, farm, SECTIONS.get(name, ["-p"]))
    return found


def rows(name, found):
    """Property, the three answers, agree or why not."""
    mine = found["inquest"]
    for property in [*dict.fromkeys(key for one in found.values() for key in one)]:
        if property in ("asked", "suites"):
            continue
        answers = {tool: one[property] for tool, one in found.items() if property in one}
        yield name, property, answers, verdict(name, property, answers, found)
    yield from suites(name, found, mine["suites"])


def suites(name, found, mine):
    """Only suites that both sides know can be compared: the lists are as long as their OpenSSL's."""
    for tool in ("sslyze", "testssl"):
        if "suites" not in found.get(tool, {}):
            continue
        theirs = found[tool]["suites"]
        asked = found[tool].get("asked", theirs | mine)
        more, less = (mine & asked) - theirs, theirs - mine
        answers = {"inquest": f"{len(mine)}", tool: f"{len(theirs)}"}
        unasked = f"; {len(mine - asked)} more are not in its list" if mine - asked else ""
        if not more and not less:
            yield name, "suites", answers, "agree" + unasked
        else:
            yield (name, "suites", answers,
                   f"DIFFER: only inquest {tools.listed(more)}; only {tool} {tools.listed(less)}")


def verdict(name, property, answers, found):
    if len(answers) < 2:
        return "one tool alone"
    if len(set(answers.values())) == 1:
        return "agree"
    odd = {tool for tool in answers if answers[tool] != answers.get("inquest")}
    return explain(name, property, odd, answers) or "DIFFER"


def explain(name, property, odd, answers):
    reasons = [next((reason for what, tool, condition, reason in REASONS
                     if what == property and tool == one and condition(answers, name)), None)
               for one in sorted(odd)]
    return "; ".join(reasons) if all(reasons) and reasons else None


def show(table, markdown, everything):
    shown = [row for row in table if everything or row[3] not in ("agree", "one tool alone")]
    head = ("property", "server", "inquest", "sslyze", "testssl", "agree or why not")
    lines = [head] + [(row[1], row[0], *(row[2].get(tool, "-") for tool in head[2:5]), row[3])
                      for row in shown]
    if markdown:
        lines.insert(1, ("---",) * len(head))
        print("\n".join("| " + " | ".join(line) + " |" for line in lines))
    else:
        widths = [max(len(line[column]) for line in lines) for column in range(5)]
        for line in lines:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)) + "  " + line[5])
    counts = {word: sum(row[3].startswith(word) for row in table)
              for word in ("agree", "one tool alone", "DIFFER")}
    explained = len(table) - sum(counts.values())
    print(f"\n{len(table)} verdicts: {counts['agree']} agree, {explained} differ for a known reason, "
          f"{counts['DIFFER']} differ, {counts['one tool alone']} from one tool alone")
    return counts["DIFFER"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inquest")
    parser.add_argument("--only", action="append")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--save", help="write the raw answers as JSON")
    options = parser.parse_args()
    inquest, table, raw = os.path.abspath(options.inquest), [], {}
    with servers.farm() as farm, concurrent.futures.ThreadPoolExecutor(4) as pool:
        # Servers side by side; one server is asked by one tool after the other.
        asked = {name: pool.submit(ask, name, start(), farm, inquest)
                 for name, start in servers.all_servers(farm)
                 if not options.only or name in options.only}
        for name, future in asked.items():
            try:
                raw[name] = future.result()
            except (subprocess.TimeoutExpired, ValueError, OSError) as fault:
                print(f"compare: {name}: {fault}", file=sys.stderr)
                return 2
            table += rows(name, raw[name])
    if options.save:
        with open(options.save, "w", encoding="utf-8") as file:
            json.dump(raw, file, indent=1, default=sorted)
    return 1 if show(table, options.markdown, options.all) else 0


if __name__ == "__main__":
    sys.exit(main())
