public import Casebook
public import Diagnosis

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
    /// Facts that the replay shows, and those that it shows not to be there.
    public private(set) var present: Set<FactID> = []
    public private(set) var absent: Set<FactID> = []
    public private(set) var readingFault: ReplayFault?
    /// Every other way in which the outcome is not what it must be, as sentences.
    public private(set) var faults: [String] = []
    /// A draft that comes before the case on its own replay.
    public private(set) var draftAhead: CaseID?

    public var passed: Bool { faults.isEmpty && readingFault == nil }
    /// Whether the replay is one on which the case must fire.
    public var mustFire: Bool { replay.expect.mustFire }

    public init(
        _ entry: Case, _ replay: Case.Replay, library: inout ReplayLibrary, goOn: () -> Bool
    ) {
        caseID = entry.id
        self.replay = replay
        let found = library.evidence(of: entry.folder + "/" + replay.file, goOn: goOn)
        readingFault = found.fault
        guard found.fault == nil else { return }
        for item in found.evidence where item.state == .present { present.insert(item.id) }
        for item in found.evidence where item.state == .absent && !present.contains(item.id) {
            absent.insert(item.id)
        }
        judge(entry, library.engine.diagnose(found.observations, detailed: 0), library.casebook)
    }

    private mutating func judge(
        _ entry: Case, _ diagnosis: Diagnosis, _ casebook: Casebook
    ) {
        let ranked = diagnosis.cases.first { $0.id == entry.id }
        let standing = diagnosis.cases.filter { $0.verdict != .excluded }
        verdict = diagnosis.verdict
        caseVerdict = ranked?.verdict
        probability = ranked?.probability ?? 0
        rank = standing.firstIndex { $0.id == entry.id }.map { $0 + 1 }
        leader = standing.first?.id
        confirmed = diagnosis.cases.filter { $0.verdict == .confirmed }.map(\.id)
        compare(entry)
        for fact in replay.cites where !present.contains(fact) {
            faults.append("\(fact) is not present")
        }
        guard mustFire, entry.status == .reviewed else { return }
        let ahead = standing.prefix { $0.id != entry.id }.map(\.id)
        if let other = ahead.first(where: { casebook[case: $0]?.status == .reviewed }) {
            faults.append("\(other) outranks it")
        } else {
            draftAhead = ahead.first
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
    }
}

extension Case.Replay.Expectation {
    /// Whether the case must come out as the cause; otherwise it must not.
    public var mustFire: Bool { self == .confirmed || self == .likely }
}

/// A capture of healthy traffic, on which nothing may be confirmed.
public struct HealthyTest: Sendable {
    public let file: String
    public private(set) var verdict: Diagnosis.Verdict?
    public private(set) var leader: CaseID?
    public private(set) var confirmed: [CaseID] = []
    public private(set) var readingFault: ReplayFault?
    public private(set) var faults: [String] = []

    public var passed: Bool { faults.isEmpty && readingFault == nil }

    public init(file: String, library: inout ReplayLibrary, goOn: () -> Bool) {
        self.file = file
        let found = library.evidence(of: file, keeping: false, goOn: goOn)
        readingFault = found.fault
        guard found.fault == nil else { return }
        let diagnosis = library.engine.diagnose(found.observations, detailed: 0)
        verdict = diagnosis.verdict
        leader = diagnosis.leader?.id
        confirmed = diagnosis.cases.filter { $0.verdict == .confirmed }.map(\.id)
        faults = confirmed.map { "\($0) is confirmed on healthy traffic" }
    }
}
