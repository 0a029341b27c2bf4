public import Casebook
public import Diagnosis
import PacketCapture

/// Diagnoses one replay and compares the outcome with what the case says must come out.
public struct ReplayTest: Sendable {
    public let caseID: CaseID
    public let replay: Case.Replay
    /// The verdict of the whole diagnosis; `nil` when the replay could not be read.
    public private(set) var verdict: Diagnosis.Verdict?
    /// What became of the case itself.
    public private(set) var caseVerdict: RankedCase.Verdict?
    public private(set) var probability = 0.0
    /// One-based, among the cases that are not excluded; `nil` when the case is.
    public private(set) var rank: Int?
    public private(set) var leader: CaseID?
    public private(set) var confirmed: [CaseID] = []
    /// Every way in which the outcome is not what it must be, as sentences.
    public private(set) var faults: [String] = []

    public var passed: Bool { faults.isEmpty }

    public init(_ entry: Case, _ replay: Case.Replay, casebook: Casebook, engine: Engine) {
        caseID = entry.id
        self.replay = replay
        var session = TriageSession(casebook: casebook, engine: engine)
        do {
            try session.readReplay(entry.folder + "/" + replay.file)
        } catch {
            faults = ["the replay cannot be read: \(error.reason)"]
            return
        }
        judge(entry, session.result())
    }

    private mutating func judge(_ entry: Case, _ result: TriageResult) {
        let diagnosis = result.diagnosis
        let ranked = diagnosis.cases.first { $0.id == entry.id }
        let standing = diagnosis.cases.filter { $0.verdict != .excluded }
        verdict = diagnosis.verdict
        caseVerdict = ranked?.verdict
        probability = ranked?.probability ?? 0
        rank = standing.firstIndex { $0.id == entry.id }.map { $0 + 1 }
        leader = standing.first?.id
        confirmed = diagnosis.cases.filter { $0.verdict == .confirmed }.map(\.id)
        compare(entry)
        let present = Set(result.evidence.lazy.filter { $0.state == .present }.map(\.id))
        for fact in replay.cites where !present.contains(fact) {
            faults.append("\(fact) is not present")
        }
    }

    private mutating func compare(_ entry: Case) {
        let met =
            switch replay.expect {
            case .confirmed: caseVerdict == .confirmed
            case .likely: caseVerdict == .likely
            case .excluded: caseVerdict == .excluded
            case .notConfirmed: caseVerdict != .confirmed
            case .notEnoughEvidence: verdict == .undecided
            }
        if !met {
            faults.append(
                "expected \(replay.expect.rawValue), the case is "
                    + "\(caseVerdict?.rawValue ?? "unknown") and the diagnosis "
                    + (verdict?.rawValue ?? "missing"))
        }
        for other in confirmed where other != entry.id {
            faults.append("\(other) is confirmed on a replay of another case")
        }
        let mustLead = replay.expect == .confirmed || replay.expect == .likely
        if mustLead, entry.status == .reviewed, let leader, leader != entry.id {
            faults.append("\(leader) outranks it")
        }
    }
}

/// A capture of healthy traffic, on which nothing may be confirmed.
public struct HealthyTest: Sendable {
    public let file: String
    public private(set) var verdict: Diagnosis.Verdict?
    public private(set) var leader: CaseID?
    public private(set) var confirmed: [CaseID] = []
    public private(set) var faults: [String] = []

    public var passed: Bool { faults.isEmpty }

    public init(file: String, casebook: Casebook, engine: Engine) {
        self.file = file
        var session = TriageSession(casebook: casebook, engine: engine)
        do {
            try session.readReplay(file)
        } catch {
            faults = ["the capture cannot be read: \(error.reason)"]
            return
        }
        let diagnosis = session.result().diagnosis
        verdict = diagnosis.verdict
        leader = diagnosis.leader?.id
        confirmed = diagnosis.cases.filter { $0.verdict == .confirmed }.map(\.id)
        faults = confirmed.map { "\($0) is confirmed on healthy traffic" }
    }
}

/// Why a replay could not be read.
public struct ReplayFault: Error, Sendable {
    public var reason: String
}

extension TriageSession {
    /// A replay is a capture, or recorded evidence when its name ends in `.json` or `.ndjson`.
    mutating func readReplay(_ path: String) throws(ReplayFault) {
        if path.hasSuffix(".json") || path.hasSuffix(".ndjson") {
            return try readRecorded(path)
        }
        do {
            try readCapture(path) { _ in true }
        } catch {
            throw ReplayFault(reason: "\(error)")
        }
    }

    private mutating func readRecorded(_ path: String) throws(ReplayFault) {
        do {
            let bytes = try InputFile.read(path, limit: EvidenceFile.maximumBytes)
            record(try EvidenceFile.read(bytes, casebook: casebook).evidence)
        } catch {
            throw ReplayFault(reason: "\(error)")
        }
    }
}
