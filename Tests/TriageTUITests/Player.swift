import Casebook
import CasebookFiles
import Diagnosis
import CasebookStore
import Foundation
import HostInspection
import TerminalUI
import Testing
import TrafficAnalysis
import Triage

@testable import TriageTUI

/// The program with a person at its keys and a world that is a list: effects are answered here.
struct Player {
    var model: Model
    private(set) var effects: [Effect] = []
    /// What the captures of this world show, by the path that is typed.
    var captures: [String: String] = [:]
    /// Where this world can capture.
    var interfaces = CapturePlaces(interfaces: [], mayCapture: false)
    /// What this host shows, look by look; the last one again and again.
    var hosts: [HostSnapshot] = []
    /// What was confirmed on this machine.
    var ledger: [LedgerEntry] = []
    /// What the checks of this world find, by step; others are never finished.
    var checks: [String: [Evidence]] = [:]
    var now: Int64 = 1_767_225_600

    /// - Parameter runnable: ids of the steps that this world can run.
    init(
        _ book: Book = .small, size: Size = Size(width: 80, height: 24),
        runnable: Set<String> = []
    ) {
        let session = TriageSession(casebook: book.casebook, engine: book.engine)
        model = Model(
            size: size, conversation: Conversation(session: session, at: now),
            id: "01940000-0000-7000-8000-000000000000", created: now,
            runnable: { runnable.contains($0.id) && !$0.needsTarget })
    }

    /// Runs a message and everything that follows from it.
    mutating func take(_ message: Message) {
        now += 1
        for effect in model.update(message, now: now) {
            effects.append(effect)
            for answer in answers(to: effect) { take(answer) }
        }
    }

    private mutating func answers(to effect: Effect) -> [Message] {
        switch effect {
        case .keep(let session): return [.kept(session)]
        case .readCapture(let job, let path):
            guard let file = captures[path],
                let run = try? CaptureRun(
                    path: file, needs: .screens, digests: 1_000, goOn: { _ in true })
            else { return [.failed(job: job, "cannot open capture \(path)")] }
            return [.captureRead(job: job, path: path, run)]
        case .compare(let job, let paths):
            let files = paths.map { captures[$0] ?? $0 }
            guard
                let run = try? ComparisonRun(
                    paths: files, analyses: true, digests: 1_000, goOn: { _, _ in true })
            else { return [.failed(job: job, "cannot compare")] }
            return [.compared(job: job, run)]
        case .listInterfaces: return [.interfaces(interfaces)]
        case .saveSlice(let job, let path, _, _):
            return [.sliceSaved(job: job, "Saved in \(path).")]
        case .runCheck(let job, let check):
            let known = check.steps.compactMap { checks[$0] }
            return known.isEmpty
                ? [] : [.checkFinished(job: job, CheckOutcome(known.flatMap(\.self)))]
        case .draftCase(let path): return [.drafted(path: path, faults: ["line 4: no sources"])]
        case .confirm: return [.confirmed(incident: 1)]
        case .saveReport(let path, _): return [.reportSaved("Saved as \(path).")]
        case .copy: return [.copied("Copied.")]
        case .readFlow(let job, let path, let wish, let cited):
            let trace = try? FlowReading.trace(
                wish, path: captures[path] ?? path, cited: cited, goOn: { _ in true })
            return [trace.map { .flowRead(job: job, $0) } ?? .failed(job: job, "no such flow")]
        case .lookAtHost: return look()
        case .loadLedger:
            let casebook = model.conversation.casebook
            return [
                .ledger(
                    IncidentLedger(entries: ledger, cold: Engine(casebook: casebook), now: now))
            ]
        case .withdraw(let number):
            for place in ledger.indices where ledger[place].number == number {
                ledger[place].withdrawnAt = now
            }
            return [.withdrawn(incident: number)]
        default: return []
        }
    }

    private mutating func look() -> [Message] {
        guard let latest = hosts.first else { return [] }
        if hosts.count > 1 { hosts.removeFirst() }
        let before = model.exhibits.host
        return [
            .hostSeen(
                HostPicture(
                    first: before?.first, before: before?.latest, latest: latest,
                    source: "host:test"))
        ]
    }

    /// Lets time pass until the program wants to look at something again.
    mutating func waitForClock() {
        guard let time = model.wakeAt else { return }
        now = max(now, time - 1)
        take(.tick)
    }

    mutating func press(_ keys: Key...) { for key in keys { take(.key(key)) } }

    /// A command line, typed.
    mutating func command(_ text: String) {
        press(.character(":"))
        type(text)
        press(.enter)
    }

    mutating func type(_ text: String) { for character in text { press(.character(character)) } }

    var lines: [String] {
        let grid = model.view(.unicode)
        return (0..<grid.size.height).map { grid.text($0) }
    }

    var screen: String { lines.joined(separator: "\n") }

    func shows(_ text: String) -> Bool { screen.contains(text) }

    func state(of fact: FactID) -> FactState? {
        model.conversation.evidence.last { $0.id == fact }?.state
    }
}

/// A casebook that tests share: parsed once.
struct Book {
    let casebook: Casebook
    let engine: Engine

    private init(_ path: String) {
        guard let casebook = CasebookFolder(path: Self.repository(path)).read().casebook else {
            fatalError("no casebook in \(path)")
        }
        self.casebook = casebook
        engine = Engine(casebook: casebook)
    }

    /// Two cases that only tests use.
    static let small = Book("Tests/InquestCommandTests/Fixtures/casebook")
    /// The shipped one.
    static let whole = Book("casebook")

    static func repository(_ path: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/" + path
    }
}

/// Compares with a file in `Snapshots`; with `RECORD_SNAPSHOTS=1` writes it and fails.
func expectSnapshot(_ text: String, named name: String) throws {
    let path = Book.repository("Tests/TriageTUITests/Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        Issue.record("recorded \(name); look at the difference, then run again without recording")
        return
    }
    #expect(text == (try String(contentsOfFile: path, encoding: .utf8)))
}
