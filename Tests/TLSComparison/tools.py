"""What each of the three tools says about one server, in the same words.

Every reader returns property -> value; a property is left out where the tool has no verdict.
"""
import datetime
import json
import os
import re
import shutil
import subprocess

from authority import NAME

VERSIONS = ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
GROUPS = {"X25519": "X25519", "P-256": "P-256", "P-384": "P-384", "P-521": "P-521", "X448": "X448",
          "secp256r1": "P-256", "prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
SUITE = re.compile(r"\bTLS_[A-Za-z0-9_]+\b")


def run(words, folder):
    return subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=1500, check=False).stdout


def listed(values):
    return " ".join(sorted(set(values))) or "none"


def yes(value):
    return "yes" if value else "no"


# inquest

def inquest(program, port, farm):
    text = run([program, "probe", f"tls://{NAME}:{port}", "tls", "tls-versions", "tls-ciphers",
                "tls-resumption", "tls-revocation", "--allow", "load", "--trust", str(farm.roots),
                "--alpn", "h2,http/1.1", "--tls-min", "1.0", "--no-capture", "--fail-on", "none",
                "--rate", "1000", "--json"], farm.folder)
    document = json.loads(text)
    states = {entry["id"]: entry["state"] for entry in document["evidence"]}
    results = {check["check"]: check["results"] for check in document["checks"]}
    found = {name: says[states[id]] for name, id, says in INQUEST_STATES
             if says.get(states.get(id))}
    found["versions"] = listed(
        version for version in VERSIONS
        if summary(results["tls-versions"], version).startswith(version))
    found["groups"] = listed(
        group for group in set(GROUPS.values())
        # The group that was used, by OpenSSL's name for it; a server may have chosen none.
        if group in (GROUPS.get(word) for word in
                     re.split("[,;] ", summary(results["tls-versions"], group))))
    suites = {detail["value"] for result in results["tls-ciphers"] for detail in result["details"]}
    found["suites"] = suites
    for property, label in (("session id", "session id"), ("ticket", "ticket")):
        text = summary(results["tls-resumption"], label)
        resumed = re.match(r"resumed (\d+) of (\d+)", text)
        if resumed or "no session was given out" in text:
            found[property] = yes(resumed and int(resumed[1]) > 0)
    staple = summary(results["tls-revocation"], "")
    if "stapl" in staple:
        found["stapling"] = yes("staples no" not in staple)
    return found


def summary(results, label):
    for result in results:
        if result["address"].endswith(label):
            return result["summary"]
    return ""


INQUEST_STATES = [
    ("expired", "probe.tls.leaf-expired", {"present": "yes", "absent": "no"}),
    ("name covered", "probe.tls.name-mismatch", {"present": "no", "absent": "yes"}),
    ("chain", "probe.tls.root-untrusted", {"present": "self-signed", "absent": "trusted"}),
    ("chain", "probe.tls.chain-incomplete", {"present": "incomplete"}),
    ("wants a client certificate", "probe.tls.client-cert-wanted",
     {"present": "yes", "absent": "no"}),
    ("secure renegotiation", "probe.tls.no-secure-renegotiation",
     {"present": "no", "absent": "yes"}),
    ("h2 by ALPN", "probe.tls.alpn-not-h2", {"present": "no", "absent": "yes"}),
]


# sslyze

def sslyze(port, farm):
    output = farm.folder / f"sslyze-{port}.json"
    run([shutil.which("sslyze") or os.environ["SSLYZE"], f"--json_out={output}", "--quiet",
         "--certinfo", f"--certinfo_ca_file={farm.roots}", "--tlsv1", "--tlsv1_1", "--tlsv1_2",
         "--tlsv1_3", "--resum", "--reneg", "--elliptic_curves", "--mozilla_config=disable",
         "--slow_connection", f"{NAME}:{port}"], farm.folder)
    server = json.loads(output.read_text(encoding="utf-8"))["server_scan_results"][0]
    if not server["scan_result"]:
        return {"nothing": server["connectivity_error_trace"].strip().splitlines()[-1]}
    scans = {name: entry["result"] for name, entry in server["scan_result"].items()
             if entry["status"] == "COMPLETED"}
    found = {"wants a client certificate": yes(
        server["connectivity_result"]["client_auth_requirement"] != "DISABLED")}
    by_version = {version: scans.get(f"tls_1_{version[-1]}_cipher_suites") for version in VERSIONS}
    found["versions"] = listed(version for version, scan in by_version.items()
                               if scan and scan["is_tls_version_supported"])
    found["suites"] = {entry["cipher_suite"]["name"] for scan in by_version.values() if scan
                       for entry in scan["accepted_cipher_suites"]}
    found["asked"] = found["suites"] | {
        entry["cipher_suite"]["name"] for scan in by_version.values() if scan
        for entry in scan["rejected_cipher_suites"]}
    if "elliptic_curves" in scans:
        names = [curve["name"] for curve in scans["elliptic_curves"]["supported_curves"] or []]
        found["groups"] = listed({GROUPS[name] for name in names if name in GROUPS})
    if "certificate_info" in scans:
        found |= sslyze_chain(scans["certificate_info"]["certificate_deployments"][0])
    if "session_resumption" in scans:
        for property, key in (("session id", "session_id_resumption_result"),
                              ("ticket", "tls_ticket_resumption_result")):
            found[property] = yes(scans["session_resumption"][key] in (
                "FULLY_SUPPORTED", "PARTIALLY_SUPPORTED"))
    if "session_renegotiation" in scans:
        found["secure renegotiation"] = yes(
            scans["session_renegotiation"]["supports_secure_renegotiation"])
    return found


def sslyze_chain(deployment):
    leaf = deployment["received_certificate_chain"][0]
    verdict = next(path for path in deployment["path_validation_results"]
                   if path["trust_store"]["name"] == "Supplied CA file")
    error = verdict["validation_error"] or ""
    end = datetime.datetime.fromisoformat(leaf["not_valid_after"].replace("Z", "+00:00"))
    alone = len(deployment["received_certificate_chain"]) == 1
    own = leaf["subject"]["rfc4514_string"] == leaf["issuer"]["rfc4514_string"]
    found = {
        "expired": yes(end < datetime.datetime.now(datetime.timezone.utc)),
        "name covered": yes(NAME in leaf["subject_alternative_name"]["dns_names"]),
        "stapling": yes(deployment["ocsp_response"]),
    }
    if verdict["was_validation_successful"]:
        found["chain"] = "trusted"
    elif own:
        found["chain"] = "self-signed"
    elif alone and "candidates exhausted" in error:
        found["chain"] = "incomplete"
    # Otherwise its one verdict is about the validity or the name, which have rows of their own.
    return found


# testssl.sh

def testssl(port, farm, sections):
    output = farm.folder / f"testssl-{port}.json"
    output.unlink(missing_ok=True)
    run([shutil.which("testssl") or shutil.which("testssl.sh"), "--quiet", "--color", "0",
         "--warnings", "off", "--jsonfile", str(output), *sections, "--add-ca", str(farm.roots),
         "--ip", "127.0.0.1", f"{NAME}:{port}"], farm.folder)
    if not output.exists():
        return {}
    entries = json.loads(output.read_text(encoding="utf-8"))
    said = {entry["id"].split(" ")[0]: entry["finding"] for entry in entries}
    found = {}
    if "-p" in sections:
        found["versions"] = listed(
            version for version, id in zip(VERSIONS, ("TLS1", "TLS1_1", "TLS1_2", "TLS1_3"))
            if said.get(id, "").startswith("offered"))
    for property, id, verdicts in TESTSSL:
        for words, value in verdicts:
            if id in said and words in said[id]:
                found.setdefault(property, value)
                break
    if "-E" in sections:
        found["suites"] = {name for entry in entries if entry["id"].startswith("cipher")
                           for name in SUITE.findall(entry["finding"])}
    curves = said.get("PFS_ECDHE_curves") or said.get("FS_ECDHE_curves")
    if curves:
        found["groups"] = listed({GROUPS[name] for name in curves.split() if name in GROUPS})
    return found


TESTSSL = [
    ("expired", "cert_expirationStatus", [("expired", "yes"), ("", "no")]),
    ("name covered", "cert_trust", [("does not match", "no"), ("Ok", "yes")]),
    ("chain", "cert_chain_of_trust", [
        ("passed", "trusted"), ("self signed", "self-signed"), ("incomplete", "incomplete")]),
    ("session id", "sessionresumption_ID", [("not supported", "no"), ("supported", "yes")]),
    ("ticket", "sessionresumption_ticket", [("not supported", "no"), ("supported", "yes")]),
    ("stapling", "OCSP_stapling", [("not offered", "no"), ("offered", "yes")]),
    ("h2 by ALPN", "ALPN_HTTP2", [("h2", "yes")]),
    ("h2 by ALPN", "ALPN", [("h2", "yes"), ("not offered", "no"), ("http/1.1", "no")]),
    ("secure renegotiation", "secure_renego", [("supported", "yes"), ("not", "no")]),
    ("wants a client certificate", "clientAuth", [("none", "no"), ("", "yes")]),
]
