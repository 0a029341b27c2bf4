#!/usr/bin/env python3
"""Make the replays of triages: what an operator knew who had a capture of the casebook and answered
questions beside it.

usage: triages.py PROGRAM

A capture alone often cannot tell a case; with the complaints of its users it can, and with those of
another case it must not. Writes replays/triage/NAME.json and its README below each case that is
named here; the front matter of the cases names the files. Needs haproxy and openssl for the one server it asks.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOOK = ROOT / "casebook"
FIXTURES = "Tests/Fixtures/captures"

# case, name, capture, yes, no, what it is
TRIAGES = [
    ("idle-timeout-silent-drop", "first-request-after-lunch", "replays/forgotten-after-20s.pcap",
     ["dead-after-idle", "slow-first-request"], ["after-failover"],
     "Connections that rested are dead, the first request waits; nothing was switched over."),
    ("large-client-hello-split-breaks-peer", "new-browsers-only", "replays/one-read-router-cuts.pcap",
     ["only-new-clients", "began-after-app-change", "ping-works"], [],
     "Only clients that were updated fail."),
    ("one-bad-link-in-bundle", "some-connections-never-work", "replays/half-of-the-flows-lose.pcap",
     ["steady-small-share", "connect-late-by-steps", "ping-works"], [],
     "A steady share of the connections fails, ping is fine."),
    ("packet-filter-drops-port", "since-the-firewall-change", "replays/one-port-dropped.pcap",
     ["connect-times-out", "began-after-network-change", "only-one-path"], [],
     "Nobody comes through to one port since a change of the network."),
    ("per-client-connection-cap-holds-connections", "fails-behind-the-gateway",
     "replays/fourth-connection-held.pcap",
     ["clients-in-parallel-fail", "hang-after-connect", "only-shared-address-clients"], [],
     "One at a time works, several at once from one address do not."),
    ("retry-storm", "everybody-reconnects", "replays/retries-multiply.pcap",
     ["crowd-reconnects", "http-502-503", "after-failover"], [],
     "The service is back, the clients do not let it up."),
    ("rst-on-close-discards-unread", "uploads-end-without-answer",
     "replays/upload-rejected-by-reset.pcap",
     ["uploads-only", "answer-cut-short", "large-fails-small-works"], [],
     "Large uploads end in an error that says nothing, small ones get an answer."),
    ("server-keeps-no-tls-sessions", "processor-busy-with-handshakes",
     "replays/lab/close-cache-off-live.json",
     ["cpu-high-little-traffic", "slow-first-request"], [],
     "Probes have found that the server never resumes; its processor is busy with little to do."),
    ("slow-clients-occupy-workers", "users-wait-while-idle", "replays/four-workers-trickled.pcap",
     ["hang-after-connect", "workers-or-memory-pile-up", "ping-works", "restart-helps"], [],
     "Connections are accepted and not served, workers pile up, a restart helps for a while."),
    ("tls-client-never-offers-session", "batch-job-and-a-good-server", "replays/curl-tls12.pcap",
     ["cpu-high-little-traffic", "slow-first-request"], [],
     "The probe `tls-resumption` has found that the server (HAProxy) resumes, and its counters that "
     "handshakes keep it busy; the client never asks for its session."),
    ("worker-pool-exhausted-by-slow-dependency", "gateway-times-out-at-noon",
     "replays/four-workers-slow-api.pcap",
     ["workers-or-memory-pile-up", "http-504", "at-peak-load", "slow-when-busy"],
     ["crowd-reconnects"], "Workers pile up at the peak, the gateway times out; nobody retries."),
    ("client-certificate-required-or-rejected", "errors-elsewhere",
     f"{FIXTURES}/healthy-haproxy-https-checks.pcap", ["tls-handshake-error"], [],
     "Clients report handshake errors; those that were captured are healthy and nobody is asked for "
     "a certificate."),
    ("client-rst-on-cancel-triggers-ip-block", "cancels-and-no-ban",
     f"{FIXTURES}/cancel-without-ban.pcap", ["at-peak-load"], ["block-message"],
     "Clients cancel by reset all the time, and nobody is banned for it."),
    ("close-wait-leak", "workers-held-by-a-remote",
     "../../timeouts-retries/outbound-fetch-without-timeout-exhausts-workers/replays/lab/"
     "fetch-jobs-host.json", ["worse-over-days", "restart-helps"], [],
     "Connections pile up and a restart helps; but they are established, the remote is silent."),
    ("firewall-injects-resets", "server-ends-split-hellos",
     "../../tls/large-client-hello-split-breaks-peer/replays/one-read-router-cuts.pcap",
     ["cut-at-start", "only-some-clients"], [],
     "Some clients are cut off at the start, by the server itself."),
    ("half-open-after-peer-crash", "forgotten-not-crashed",
     "../../middlebox/idle-timeout-silent-drop/replays/forgotten-and-reset.pcap",
     ["slow-fixed-seconds"], ["after-failover"],
     "Old connections are dead; the peer lives, a firewall has forgotten them."),
    ("keepalive-timeout-race", "firewall-resets-the-kept",
     "../../middlebox/idle-timeout-silent-drop/replays/forgotten-and-reset.pcap",
     ["http-502-503", "steady-small-share"], [],
     "Kept connections are reset when they are used again; a firewall does it, not the backend."),
    ("listener-process-hung", "slow-not-hung",
     "../../kernel-limits/accept-queue-overflow/replays/slow-accept-small-backlog.pcap",
     ["connect-late-by-steps", "at-peak-load"], ["everything-down"],
     "Connections come late at the peak; the process runs and accepts too slowly."),
    ("packet-filter-drops-port", "server-gone-not-filtered",
     "../../timeouts-retries/half-open-after-peer-crash/replays/server-vanished.pcap",
     ["connect-times-out"], ["began-after-network-change"],
     "New connections time out, and those that were open died with them: the host is gone."),
    ("tls-and-plain-text-mixed-up", "reset-after-hello",
     "../../middlebox/firewall-injects-resets/replays/reset-after-client-hello.pcap",
     ["tls-handshake-error"], [],
     "Handshakes fail since a change; both ends speak TLS, something between them resets."),
]
HEAD = """# Replays of triages

What was known after a triage: a capture (or what probes had recorded), and an operator's answers to
questions of the casebook. The captures are real; the answers are those that fit the story told
here. Written by `python3 Tests/Replays/triages.py PROGRAM`.
"""


def folder_of(case):
    return next(BOOK.glob(f"*/{case}"))


PORT = 48443


def balancer(folder):
    """HAProxy with one thread that ends TLS and keeps sessions; not nice, for others build here."""
    key, cert = f"{folder}/key.pem", f"{folder}/cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                    "-out", cert, "-days", "2", "-subj", "/CN=server.test"], check=True,
                   stderr=subprocess.DEVNULL)
    both = f"{folder}/both.pem"
    pathlib.Path(both).write_text(pathlib.Path(key).read_text() + pathlib.Path(cert).read_text())
    config = f"{folder}/haproxy.cfg"
    pathlib.Path(config).write_text(f"""
global
    nbthread 1
    stats socket {folder}/stats
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 5s
frontend tls
    bind 127.0.0.1:{PORT} ssl crt {both} force-tlsv12
    http-request return status 200
""", encoding="utf-8")
    return subprocess.Popen(["nice", "-n", "-15", "haproxy", "-f", config, "-db"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def told(program, words, fact, source):
    """What a look of the program says of one fact, as evidence; nothing of this machine."""
    for _ in range(30):
        done = subprocess.run([program, *words, "--json"], stdout=subprocess.PIPE, text=True)
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            for item in answer.get("evidence", []) + answer.get("findings", []):
                if item["id"] == fact and item["state"] == "present":
                    return {**item, "source": source}
        time.sleep(0.2)
    sys.exit(f"{fact} did not come about")


def handshakes(program, folder):
    """A server that resumes, and whose processor is busy with the handshakes of clients that never
    ask for it; real, on this machine."""
    server = balancer(folder)
    clients = []
    try:
        resumes = told(program, ["probe", f"tls://127.0.0.1:{PORT}", "tls-resumption"],
                       "probe.tls.resumption-works", "probe:tls://server.test:443")
        clients = [subprocess.Popen(
            ["nice", "-n", "-15", "openssl", "s_time", "-connect", f"127.0.0.1:{PORT}", "-new", "-time", "60"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(24)]
        time.sleep(3)
        busy = told(program, ["host", "--haproxy-socket", f"{folder}/stats"],
                    "host.cpu.tls-handshakes", "host:balancer")
    finally:
        for process in [*clients, server]:
            process.terminate()
            process.wait()
    path = f"{folder}/looks.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "inquest.evidence/1", "evidence": [resumes, busy]}, file)
    return ["--evidence", path]


def triage(program, case, capture, yes, no, scratch):
    """The recorded evidence and the verdict of the case."""
    source = ROOT / capture if capture.startswith("Tests/") else folder_of(case) / capture
    source = os.path.relpath(source.resolve(), ROOT)
    more = handshakes(program, scratch) if case == "tls-client-never-offers-session" else []
    kept = f"{scratch}/evidence.json"
    option = "--evidence" if source.endswith(".json") else "--capture"
    answers = [word for ids, said in ((yes, "yes"), (no, "no"))
               for fact in ids for word in ("--symptom", f"{fact}={said}")]
    done = subprocess.run(
        [program, "diagnose", "--no-probe", option, source, *more, *answers, "--json", "--record",
         kept, "--casebook", str(BOOK)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    answer = json.loads(done.stdout)
    verdicts = {one["id"]: one["verdict"] for one in answer["cases"]}
    text = pathlib.Path(kept).read_text(encoding="utf-8")
    text = text.replace(source, os.path.basename(source))
    return text, verdicts.get(case, "possible")


def main():
    program = os.path.abspath(sys.argv[1])
    notes = {}
    for case, name, capture, yes, no, story in TRIAGES:
        with tempfile.TemporaryDirectory() as scratch:
            text, verdict = triage(program, case, capture, yes, no, scratch)
        folder = folder_of(case) / "replays" / "triage"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{verdict:10} {case}/{name}")
        said = [f"`{fact}` yes" for fact in yes] + [f"`{fact}` no" for fact in no]
        shown = capture if capture.startswith("Tests/") else re.sub(r"^(\.\./)+", "", capture)
        notes.setdefault(folder, []).append(
            f"## {name}.json\n\nThe case comes out **{verdict}**. {story}\n\n- Read: `{shown}`\n"
            f"- Answered: {', '.join(said)}\n")
    for folder, parts in notes.items():
        (folder / "README.md").write_text("\n".join([HEAD, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
