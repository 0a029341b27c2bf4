import Casebook

@testable import CasebookFiles

/// A case without fault, in 66 lines; tests change a line of it.
let goodCase = """
    ---
    format: inquest.case/1
    id: held-by-silent-client
    title: A silent client holds the server
    family: tls
    status: draft
    base-rate: uncommon
    sources:
      - title: An incident
        publisher: Example
        url: https://example.com/incident
        kind: incident
    symptoms:
      hang-after-connect: usually
    findings:
      capture.tcp.silent-open: usually
      probe.tcp.blocks-others: always
    requires: []
    decided-by:
      test: Hold one connection open and try a second handshake.
      command: inquest probe {target} tls-second-client --allow disruptive
      effect: disruptive
      confirms:
        - [probe.tcp.blocks-others]
      rivals:
        process-hung: Nothing changes when the connection closes.
    false-leads:
      - lead: The health check is green.
        why: It only connects.
        closed-by: probe.tls.timeout
    fixes:
      mitigation: Close the silent connection.
      root: Give each connection its own thread.
    verify:
      present: []
      absent: [probe.tcp.blocks-others]
      window: 15 minutes
      command: inquest capture after.pcap
    replays:
      - file: replays/held.pcap
        expect: confirmed
        cites: [capture.tcp.silent-open]
    ---
    ## Meaning

    One client holds the only thread.

    ## Impact

    Nobody else is served.

    ## Diagnosis

    Look at the flows without payload.

    ## Mitigation

    Close the silent connection.

    ## Story

    A port check did it.

    ## False leads

    The certificate.

    """

let goodSymptoms = """
    format: inquest.symptoms/1
    symptoms:
      - id: hang-after-connect
        question: Do connections open and then hang?
        group: hang
      - id: ping-works
        question: Does ping work?

    """

let goodFindings = """
    format: inquest.findings/1
    findings:
      - id: capture.tcp.silent-open
        definition: A handshake, then at least 3 s without payload.
        unit: s
        effect: local
        established-by: inquest capture FILE
        by-hand: "tshark -r FILE -Y 'tcp.len == 0'"
        group: silent
        tier: 1
      - id: probe.tcp.blocks-others
        definition: A second connection waits while a silent one is open.
        effect: disruptive
        established-by: inquest probe TARGET tls-second-client
        by-hand: Hold `nc HOST PORT` open and connect again.
        tier: 1
      - id: probe.tls.timeout
        definition: No ServerHello within 10 s.
        effect: normal
        established-by: inquest probe TARGET tls
        by-hand: openssl s_client -connect HOST:PORT
        tier: 2

    """

let vocabulary: Vocabulary = {
    let log = FaultLog(path: "")
    return Vocabulary(
        symptoms: SymptomFile.read(SourceText(bytes: Array(goodSymptoms.utf8), log: log), log: log)
            .map(\.value),
        findings: FindingFile.read(SourceText(bytes: Array(goodFindings.utf8), log: log), log: log)
            .map(\.value),
        cases: ["held-by-silent-client", "process-hung", "accept-queue-overflow"])
}()

let goodPath = "casebook/tls/held-by-silent-client/case.md"

/// What `parseCase` says about the good case after `old` became `new`, without the path.
func lint(_ old: String = "", _ new: String = "", path: String = goodPath) -> [String] {
    lint(text: old.isEmpty ? goodCase : goodCase.replacingFirst(old, with: new), path: path)
}

func lint(text: String, path: String = goodPath) -> [String] {
    parseCase(text: text, path: path, vocabulary: vocabulary).diagnostics.map { found in
        String(found.text.dropFirst(path.count + 1))
    }
}

extension String {
    /// Traps when `old` does not occur: then the test is wrong.
    func replacingFirst(_ old: String, with new: String) -> String {
        let start = indices.first { self[$0...].hasPrefix(old) }!
        return self[..<start] + new + self[index(start, offsetBy: old.count)...]
    }
}
