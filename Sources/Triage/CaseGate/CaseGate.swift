public import Casebook
public import Diagnosis

/// What stands between a case and the casebook: every check of one case, and what came of it.
public struct CaseGate: Sendable {
    /// What a remark is about.
    public enum Check: String, CaseIterable, Sendable {
        /// What `case lint` says of the file: schema, vocabulary, sources, false leads.
        case file
        /// That a replay gives what it must, and that there are the replays it takes.
        case replays
        /// That the case is not confirmed on the replays of others.
        case confusion
        case decision
        case rivals
        case separability
        case strength
        case words
        case falseLeads = "false-leads"
    }

    public struct Remark: Hashable, Sendable {
        public var check: Check
        public var text: String

        public init(_ check: Check, _ text: String) {
            self.check = check
            self.text = text
        }
    }

    public let entry: Case
    public internal(set) var replays: [ReplayTest] = []
    /// Replays of other cases that were looked at.
    public internal(set) var foreignReplays = 0
    /// Cases by how far full evidence keeps them apart, the nearest first: those within `farthest`
    /// decibans and, in a casebook that is small enough to look at all, five at least.
    public internal(set) var neighbours: [Separation] = []
    public internal(set) var strength: Strength?
    /// What keeps a reviewed case out.
    public internal(set) var failures: [Remark] = []
    /// What a reviewer should look at; of a draft, also what would keep it out as a reviewed case.
    public internal(set) var warnings: [Remark] = []
    /// What would make the case stronger.
    public internal(set) var advice: [Remark] = []

    public static let farthest = 30.0
    static let leastNeighbours = 5

    public init(_ entry: Case) { self.entry = entry }

    public var id: CaseID { entry.id }
    public var passed: Bool { failures.isEmpty && replays.allSatisfy(\.passed) }
    public var firing: [ReplayTest] { replays.filter(\.mustFire) }

    public mutating func fail(_ check: Check, _ text: String) {
        failures.append(Remark(check, text))
    }

    mutating func warn(_ check: Check, _ text: String) { warnings.append(Remark(check, text)) }
    mutating func advise(_ check: Check, _ text: String) { advice.append(Remark(check, text)) }

    /// A gap that keeps a reviewed case out; a draft may still have it.
    mutating func demand(_ check: Check, _ text: String) {
        if entry.status == .reviewed { fail(check, text) } else { warn(check, text) }
    }
}

/// Puts cases through the gate.
public struct CaseGates {
    public let casebook: Casebook
    public let engine: Engine
    public private(set) var library: ReplayLibrary
    public private(set) var gates: [CaseGate] = []
    /// Seed of the simulation; the same figures every time.
    public static let seed: UInt64 = 9

    /// - Parameter progress: shown what is done and how much of it; answers whether to go on.
    public typealias GoOn = (_ what: String, _ done: Int, _ of: Int) -> Bool

    public init(_ library: ReplayLibrary) {
        self.library = library
        casebook = library.casebook
        engine = library.engine
    }

    /// Tests `cases` against the whole casebook.
    public mutating func test(_ cases: [Case], goOn: GoOn) {
        gates = cases.map { CaseGate($0) }
        runReplays(goOn)
        confuse(goOn)
        let instruments = InstrumentsOfFacts(casebook)
        let incidents = Self.incidents(cases: cases.count)
        for place in gates.indices where goOn("cases", place, gates.count) {
            judge(&gates[place], instruments, incidents)
        }
        library.save(complete: cases.count == casebook.cases.count)
    }

    /// Cases up to which all pairs are looked at; beyond, the engine leaves out those far away.
    private static let smallCasebook = 1_000

    /// Simulated incidents of each case: a share that is known within 7 in 100, fewer where
    /// thousands of cases are tested.
    static func incidents(cases: Int) -> Int { min(200, max(40, 40_000 / max(1, cases))) }

    private mutating func runReplays(_ goOn: GoOn) {
        let count = gates.reduce(0) { $0 + $1.entry.replays.count }
        var done = 0
        for place in gates.indices {
            let entry = gates[place].entry
            for replay in entry.replays where goOn("replays", done, count) {
                gates[place].replays.append(
                    ReplayTest(entry, replay, library: &library) {
                        goOn("replays", done, count)
                    })
                done += 1
            }
        }
    }

    /// Shows the cases under test to the replays of all other cases.
    private mutating func confuse(_ goOn: GoOn) {
        let tested = Dictionary(
            gates.indices.map { (gates[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        let proofs = ProofIndex(gates.map(\.entry))
        let all = casebook.cases.filter { $0.status != .retired }
        let count = all.reduce(0) { $0 + $1.replays.count }
        var done = 0
        for owner in all {
            for replay in owner.replays where goOn("replays of other cases", done, count) {
                let path = owner.folder + "/" + replay.file
                let found = library.evidence(of: path, keeping: false) {
                    goOn("replays of other cases", done, count)
                }
                done += 1
                guard found.fault == nil else { continue }
                let suspects = proofs.suspects(found.present).subtracting([owner.id])
                guard !suspects.isEmpty else { continue }
                let diagnosis = engine.diagnose(found.observations, detailed: 0)
                for ranked in diagnosis.cases
                where ranked.verdict == .confirmed && suspects.contains(ranked.id) {
                    guard let place = tested[ranked.id] else { continue }
                    gates[place].fail(
                        .confusion,
                        "it is confirmed on \(owner.id)/\(replay.file), a replay of another case")
                }
            }
        }
        for place in gates.indices {
            gates[place].foreignReplays = done - gates[place].entry.replays.count
        }
    }

    private func judge(
        _ gate: inout CaseGate, _ instruments: InstrumentsOfFacts, _ incidents: Int
    ) {
        let isSmall = casebook.cases.count <= Self.smallCasebook
        let near = engine.neighbours(
            of: gate.id, within: isSmall ? .infinity : CaseGate.farthest,
            instrument: instruments.instrument)
        let within = near.count { $0.decibans < CaseGate.farthest }
        gate.neighbours = Array(near.prefix(max(within, CaseGate.leastNeighbours)))
        gate.strength = engine.strength(
            of: gate.id, incidents: incidents, seed: Self.seed, instrument: instruments.instrument)
        gate.checkReplays()
        gate.checkDecision(casebook)
        gate.checkRivals(casebook)
        gate.checkStrength()
        gate.adviseOnWords(casebook)
        gate.adviseOnFalseLeads()
    }
}

/// Which cases a set of present facts may prove; the diagnosis has the last word.
struct ProofIndex {
    /// By the first fact of an alternative.
    private var alternatives: [FactID: [(id: CaseID, facts: [FactID])]] = [:]

    init(_ cases: [Case]) {
        for entry in cases {
            for facts in entry.decision.confirms + entry.decision.sufficient {
                guard let first = facts.first else { continue }
                alternatives[first, default: []].append((entry.id, facts))
            }
        }
    }

    func suspects(_ present: [FactID]) -> Set<CaseID> {
        var suspects: Set<CaseID> = []
        let all = Set(present)
        for fact in present {
            for (id, facts) in alternatives[fact] ?? [] where all.isSuperset(of: facts) {
                suspects.insert(id)
            }
        }
        return suspects
    }
}

/// Who can tell a fact of a casebook.
struct InstrumentsOfFacts {
    let instrument: InstrumentOfFact

    init(_ casebook: Casebook) {
        let symptoms = Set(casebook.symptoms.map(\.id))
        let ofHosts = Set(casebook.customFindings(of: .host).map(\.id))
        instrument = { fact in
            if symptoms.contains(fact) { return .operator }
            if ofHosts.contains(fact) { return .host }
            let layer = fact.prefix { $0 != "." }
            return layer == "host" ? .host : layer == "probe" ? .probe : .capture
        }
    }
}
