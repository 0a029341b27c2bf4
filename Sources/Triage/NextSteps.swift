public import Casebook
import Diagnosis

/// Something that nobody has looked at and that would tell the leading cases apart.
public struct NextStep: Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// A question for a person.
        case ask
        /// A command.
        case run
    }

    public var kind: Kind
    public var id: FactID
    /// The symptom's question, or the finding's definition.
    public var question: String
    /// Empty for a question.
    public var command: String
    public var effect: EffectClass
    /// Which of the leading cases expect it.
    public var cases: [CaseID]
}

/// Lists the missing evidence of the leading cases: harmless before harmful, then what separates
/// more of the probability.
struct NextSteps {
    /// A case below this probability is not worth a question.
    private static let leastProbability = 0.02
    private static let leadingCases = 5
    private static let maximumSteps = 12

    let casebook: Casebook
    let commands: CommandFilling
    private(set) var steps: [NextStep] = []

    init(casebook: Casebook, diagnosis: Diagnosis, log: EvidenceLog, commands: CommandFilling) {
        self.casebook = casebook
        self.commands = commands
        // A proven case needs no more questions.
        if diagnosis.verdict == .confirmed { return }
        let leading = diagnosis.cases.lazy
            .filter { $0.verdict != .excluded && $0.probability >= Self.leastProbability }
            .prefix(Self.leadingCases)
        var wanted: [FactID: (weight: Double, cases: [CaseID])] = [:]
        let known = log.knownFacts
        for ranked in leading {
            let deciding = casebook[case: ranked.id]?.decision.confirms.flatMap { $0 } ?? []
            for fact in Set(ranked.missing + deciding) where !known.contains(fact) {
                wanted[fact, default: (0, [])].weight += ranked.probability
                wanted[fact, default: (0, [])].cases.append(ranked.id)
            }
        }
        steps = wanted.compactMap { fact, want in step(fact, want.cases).map { ($0, want.weight) } }
            .sorted { Self.before($0, $1) }
            .prefix(Self.maximumSteps).map(\.0)
    }

    private static func before(_ a: (NextStep, Double), _ b: (NextStep, Double)) -> Bool {
        if a.0.effect != b.0.effect { return a.0.effect < b.0.effect }
        return a.1 != b.1 ? a.1 > b.1 : a.0.id < b.0.id
    }

    private func step(_ fact: FactID, _ cases: [CaseID]) -> NextStep? {
        if let symptom = casebook[symptom: fact] {
            return NextStep(
                kind: .ask, id: fact, question: symptom.question, command: "", effect: .local,
                cases: cases)
        }
        guard let finding = casebook[finding: fact] else { return nil }
        return NextStep(
            kind: .run, id: fact, question: finding.definition, command: command(finding),
            effect: finding.effect, cases: cases)
    }

    private func command(_ finding: FindingKind) -> String {
        guard CommandFilling.isAvailable(finding.establishedBy) else {
            return commands.fill(finding.byHand)
        }
        // The captures at hand were looked at and could not tell: it takes another one.
        if finding.establishedBy.hasPrefix("inquest capture ") {
            return "inquest diagnose --capture <file.pcap>"
        }
        return commands.fill(finding.establishedBy)
    }
}
