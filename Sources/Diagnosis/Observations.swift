public import Casebook

/// The evidence as a set: what each source last said of each fact.
///
/// The order in which evidence came is forgotten, except that a source's newer answer replaces
/// its older one and `unknown` takes it back. All else follows from that: same evidence in any
/// order, repeated, or taken back and given again is the same set.
public struct Observations: Hashable, Sendable {
    /// One source's word on one fact.
    struct Key: Hashable {
        let fact: FactID
        let instrument: Evidence.Instrument
        /// Which capture, target or host; empty for people, who correct themselves.
        let name: String
    }
    struct Answer: Hashable {
        let present: Bool
        /// "Probably": the source says so itself.
        let graded: Bool
    }

    private(set) var answers: [Key: Answer] = [:]

    public init() {}

    public init(_ evidence: some Sequence<Evidence>) {
        for item in evidence { record(item) }
    }

    public var isEmpty: Bool { answers.isEmpty }

    /// Records one piece of evidence. The source `operator:probably` makes a graded answer.
    public mutating func record(_ item: Evidence) {
        let parts = item.source.split(separator: ":", maxSplits: 1)
        let detail = parts.count == 2 ? String(parts[1]) : ""
        record(
            item.id, item.state, by: item.instrument, named: detail,
            graded: item.instrument == .operator && detail == "probably")
    }

    /// - Parameter name: tells captures, targets or hosts apart; ignored for operator and report.
    public mutating func record(
        _ fact: FactID, _ state: FactState, by instrument: Evidence.Instrument,
        named name: String = "", graded: Bool = false
    ) {
        let isPerson = instrument == .operator || instrument == .report
        let key = Key(fact: fact, instrument: instrument, name: isPerson ? "" : name)
        switch state {
        case .unknown: answers[key] = nil
        case .present: answers[key] = Answer(present: true, graded: graded)
        // Nobody volunteers what did not happen: silence of a report is not a "no".
        case .absent where instrument == .report: answers[key] = nil
        case .absent: answers[key] = Answer(present: false, graded: graded)
        }
    }

    /// The same evidence without a fact, whoever spoke of it.
    public func without(_ fact: FactID) -> Observations {
        filtered { $0.fact != fact }
    }

    /// The same evidence without an instrument, for example without all captures.
    public func without(_ instrument: Evidence.Instrument) -> Observations {
        filtered { $0.instrument != instrument }
    }

    /// The same evidence with every answer on a fact turned round; a report turned round is none.
    public func flipping(_ fact: FactID) -> Observations {
        var copy = self
        for (key, answer) in answers where key.fact == fact {
            let turned = Answer(present: !answer.present, graded: answer.graded)
            copy.answers[key] = key.instrument == .report ? nil : turned
        }
        return copy
    }

    private func filtered(_ keep: (Key) -> Bool) -> Observations {
        var copy = self
        copy.answers = answers.filter { keep($0.key) }
        return copy
    }
}
