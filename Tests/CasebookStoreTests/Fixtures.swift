import Casebook
import Foundation

@testable import CasebookStore

/// A casebook of `count` cases with every field filled; `mark` goes into titles and the hash.
func makeCasebook(_ count: Int = 6, mark: String = "a") -> Casebook {
    let symptoms = (0..<10).map {
        Symptom(
            id: "symptom-\($0)", question: "Does thing \($0) happen?",
            group: $0 % 2 == 0 ? "g" : nil)
    }
    let findings = (0..<10).map {
        FindingKind(
            id: "capture.tcp.finding-\($0)", definition: "At least \($0) s.", unit: "s",
            effect: EffectClass.allCases[$0 % 4], establishedBy: "inquest capture FILE",
            byHand: "tshark", group: nil,
            background: $0 % 2 == 0 ? 0.1 : nil, tier: 1 + $0 % 2)
    }
    let cases = (0..<count).map { makeCase($0, mark: mark) }
    return Casebook(cases: cases, symptoms: symptoms, findings: findings, hash: "hash-\(mark)")
}

func makeCase(_ number: Int, mark: String = "a") -> Case {
    let finding = { "capture.tcp.finding-\($0 % 10)" }
    return Case(
        id: "case-\(number)", title: "Case \(number) of \(mark) 日本", family: "tls",
        status: .reviewed,
        baseRate: .rare,
        sources: [
            Case.Source(title: "T", publisher: "P", url: "https://e.example", kind: .writeUp)
        ],
        symptoms: [Case.Listing(fact: "symptom-\(number % 10)", frequency: .usually)],
        findings: [
            Case.Listing(fact: finding(number), frequency: .always),
            Case.Listing(fact: finding(number + 1), frequency: .never),
        ], requires: [finding(number)],
        signatures: [LogSignature(form: .pattern, text: "x{\(number)}", printedBy: "é")],
        customFindings: [
            CustomFinding(
                name: "own", definition: "Ein é, \(number) times.", source: .host,
                query: "SELECT 1\nFROM sockets")
        ],
        decision: number % 3 == 0
            ? Case.Decision(undecidable: "Nothing tells.")
            : Case.Decision(
                test: "Try.", command: "inquest probe {target}", effect: .disruptive,
                confirms: [[finding(number)], [finding(number + 1), finding(number + 2)]],
                sufficient: [[finding(number + 3)]],
                rivals: [Case.Rival(id: "case-\(number + 1)", shows: "Nothing.")]),
        falseLeads: [
            Case.FalseLead(lead: "L", why: "W", closedBy: finding(number)),
            Case.FalseLead(lead: "L2", why: "W2"),
        ], fixes: Case.Fixes(mitigation: "M", root: "R", prevention: number % 2 == 0 ? "P" : nil),
        verification: Case.Verification(
            present: [], absent: [finding(number)], window: "15 minutes", command: "inquest"),
        replays: [
            Case.Replay(file: "replays/a.pcap", expect: .notConfirmed, cites: [finding(number)])
        ],
        sections: [
            Case.Section(heading: "Meaning", text: "Body of \(mark), number \(number)."),
            Case.Section(
                heading: "Impact", text: String(repeating: "Words to fill pages. ", count: 40)),
        ], folder: "/casebook/tls/case-\(number)")
}

/// Three cases with titles, questions and bodies to search in.
let library: Casebook = {
    func entry(_ id: String, _ title: String, _ symptom: FactID, _ body: String) -> Case {
        Case(
            id: id, title: title, family: "tcp",
            symptoms: [Case.Listing(fact: symptom, frequency: .usually)],
            sections: [Case.Section(heading: "Meaning", text: body)])
    }
    return Casebook(
        cases: [
            entry(
                "silent-client", "A silent client holds the TLS handshake of everybody",
                "hang-after-connect",
                "The server waits for a ClientHello and nobody else is served. OR is a word here."),
            entry(
                "lost-packets", "Random loss slows transfers", "slow-transfer",
                "Segments are retransmitted again and again; the handshake is slow too."),
            entry(
                "stale-balancer", "A load balancer keeps sending to a dead server", "half-fail",
                String(repeating: "Every second request fails. ", count: 50) + "loss"),
        ],
        symptoms: [
            Symptom(id: "hang-after-connect", question: "Do connections open and then hang?"),
            Symptom(id: "slow-transfer", question: "Are large downloads slow?"),
            Symptom(id: "half-fail", question: "Does about half of the requests fail?"),
        ], findings: [], hash: "library")
}()

/// A folder that is removed with everything in it when the value goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "inquest-store-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: file(name)).map(Array.init) ?? []
    }

    func write(_ name: String, _ bytes: [UInt8]) {
        _ = FileManager.default.createFile(atPath: file(name), contents: Data(bytes))
    }

    /// A database that holds `casebook`, closed.
    func makeDatabase(_ name: String = "casebook.db", _ casebook: Casebook = makeCasebook()) throws
    {
        let store = try CasebookStore(location: .file(file(name)))
        try store.rebuild(from: casebook)
    }
}
