public import Casebook
public import Diagnosis

/// Whether a fix works: what the case says must be seen afterwards, against what was seen.
public struct FixVerification: Sendable {
    public enum Outcome: String, Sendable {
        /// What was there is gone, as far as there was occasion for it to show: at least one finding
        /// had it. A fix that takes the trigger away leaves the others none.
        case fixed
        case notFixed = "not-fixed"
        case cannotTell = "cannot-tell"
    }

    /// One finding of the case's `verify`.
    public struct Finding: Sendable {
        public let id: FactID
        /// What a working fix shows: `present` or `absent`.
        public let expected: FactState
        /// Before the fix; `nil` when nobody knows.
        public let before: FactState?
        /// The evidence that speaks for `after`; `nil` when nothing was looked at that could tell.
        public let evidence: Evidence?

        public var after: FactState { evidence?.state ?? .unknown }
        /// `nil` when it cannot be told.
        public var isFulfilled: Bool? { after == .unknown ? nil : after == expected }
        /// Whether the fix has to show in it: it was wrong before.
        var wasWrong: Bool { before != nil && before != .unknown && before != expected }
    }

    public let findings: [Finding]
    public let outcome: Outcome
    /// What the casebook makes of what was seen afterwards, about this case.
    public let verdict: RankedCase.Verdict
    public let probability: Double
    /// Findings that had no occasion to show: nobody can say whether they are gone.
    public let missing: [FactID]

    /// - Parameters:
    ///   - before: evidence of the incident; `nil` when there is none.
    ///   - after: all that was seen after the fix.
    ///   - engine: of a casebook that has the case.
    public init(
        of entry: Case, before: [Evidence]?, after: [Evidence], engine: Engine
    ) {
        let earlier = before.map(Self.byID)
        let now = Self.byID(after)
        let expected =
            entry.verification.absent.map { ($0, FactState.absent) }
            + entry.verification.present.map { ($0, FactState.present) }
        let findings = expected.map { id, state in
            Finding(
                id: id, expected: state, before: earlier.map { $0[id]?.state ?? .unknown },
                evidence: now[id])
        }
        let diagnosis = engine.diagnose(Observations(after), detailed: .max)
        let judged = diagnosis.cases.first { $0.id == entry.id }
        verdict = judged?.verdict ?? .excluded
        probability = judged?.probability ?? 0
        self.findings = findings
        (outcome, missing) = Self.judge(
            findings, isStillThere: verdict == .confirmed || verdict == .likely)
    }

    private static func judge(
        _ findings: [Finding], isStillThere: Bool
    ) -> (Outcome, missing: [FactID]) {
        if isStillThere || findings.contains(where: { $0.isFulfilled == false }) {
            return (.notFixed, [])
        }
        // It has to show in what was wrong before. When nobody knows what was, in all that the
        // kinds of looks taken could have shown.
        let wrong = findings.filter(\.wasWrong)
        let kinds = Set(findings.filter { $0.isFulfilled != nil }.map { kind($0.id) })
        let asked = wrong.isEmpty ? findings.filter { kinds.contains(kind($0.id)) } : wrong
        let open = asked.filter { $0.isFulfilled == nil }.map(\.id)
        if asked.isEmpty { return (.cannotTell, findings.map(\.id)) }
        return (open.count < asked.count ? .fixed : .cannotTell, open)
    }

    /// `capture`, `probe`, `host`: one look shows what one kind has.
    private static func kind(_ id: FactID) -> Substring { id.prefix { $0 != "." } }

    private static func byID(_ evidence: [Evidence]) -> [FactID: Evidence] {
        Dictionary(EvidenceUnion.join(evidence).map { ($0.id, $0) }) { first, _ in first }
    }
}
