public import Casebook
import Diagnosis

/// A triage that was begun, as it is kept on disk: `inquest.session/1`.
///
/// The file is evidence as well (`inquest diagnose --evidence`).
public struct SessionFile: Hashable, Sendable {
    public static let schema = "inquest.session/1"

    /// One state of the triage.
    public struct Record: Hashable, Sendable {
        /// The server of a flow that evidence cites.
        public struct Server: Hashable, Sendable {
            public var file: String
            public var flow: Int
            public var server: String
        }

        /// Seconds since 1970 at which it came to be; `nil` where nobody kept it.
        public var time: Int64?
        /// What led to it; `nil` for the beginning.
        public var move: Move?
        public var evidence: [Evidence] = []
        public var captures: [String] = []
        /// Ids of the steps that were done or declined.
        public var done: [String] = []
        /// What the operator's words may have meant and nobody has confirmed yet.
        public var guesses: [FactID] = []
        /// The step that was to be asked next, whatever would be asked otherwise.
        public var chosen: String?
        public var targets: [String] = []
        /// What the operator typed in their own words.
        public var said: [String] = []
        public var warnings: [Warning] = []
        /// Sorted by file and flow.
        public var servers: [Server] = []
        public var truncated = false

        /// Whether all of it could be read.
        var isWhole = true

        public init() {}
    }

    public var id: String
    /// Seconds since 1970.
    public var created: Int64
    public var updated: Int64
    public var now: Record
    /// The states before, the oldest first: undo leads back through them.
    public var past: [Record]
    /// The number of the confirmed incident that it became.
    public var resolved: Int?
    /// Who wrote it: `screens`, `questions`, `diagnose`, `confirm` or `import`.
    public var origin: String?
    public var judged: Judged?

    /// What the evidence amounted to when it was written.
    public struct Judged: Hashable, Sendable {
        /// The content hash of the casebook.
        public var casebook: String
        public var leader: CaseID?
        public var title: String?
        /// As in `inquest.diagnosis/1`.
        public var verdict: String
        public var probability: Double?

        public init(
            casebook: String, leader: CaseID? = nil, title: String? = nil, verdict: String,
            probability: Double? = nil
        ) {
            self.casebook = casebook
            self.leader = leader
            self.title = title
            self.verdict = verdict
            self.probability = probability
        }

        public init(_ result: TriageResult) {
            // A leader that nothing speaks for is not worth a name.
            let leader = result.diagnosis.leader.flatMap { leader in
                result.diagnosis.verdict == .none || leader.evidenceDecibans < 3 ? nil : leader
            }
            self.init(
                casebook: result.casebook.hash, leader: leader?.id,
                title: leader.flatMap { result.casebook[case: $0.id]?.title },
                verdict: result.diagnosis.verdict.rawValue,
                // As it is written: the last bits are nobody's business.
                probability: leader.map { ($0.probability * 1e6).rounded() / 1e6 })
        }
    }

    public init(id: String, created: Int64, updated: Int64, now: Record, past: [Record] = []) {
        self.id = id
        self.created = created
        self.updated = updated
        self.now = now
        self.past = past
    }

    public var evidence: [Evidence] { now.evidence }
    public var captures: [String] { now.captures }
    public var said: [String] { now.said }
    public var target: String? { now.targets.first }

    /// One line: the target, the captures, the first of the operator's own words.
    public var title: String {
        let files = captures.map { String($0.split(separator: "/").last ?? Substring($0)) }
        let words = said.first.map { ["“\($0)”"] } ?? []
        let parts = (target.map { [$0] } ?? []) + files + words
        return parts.isEmpty ? "Triage \(id.prefix(8))" : parts.joined(separator: "  ")
    }
}
