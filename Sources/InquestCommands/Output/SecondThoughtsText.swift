import Casebook
import Diagnosis
import Triage

/// What could be wrong with a diagnosis, for a person; only what matters unless all is wanted.
struct SecondThoughtsText {
    let result: TriageResult
    /// `-v`: also what hardly matters.
    let all: Bool

    /// An answer that is wrong more often than not is told in any case.
    private static let clearDoubt = 0.5

    func write(_ page: inout TextPage) {
        let thoughts = result.secondThoughts()
        let lines = pair(thoughts) + doubts(thoughts) + supports(thoughts) + flips(thoughts)
        if !lines.isEmpty {
            page.heading("Before you act on it")
            for line in lines { page.paragraph(line, label: "! ", indent: 2) }
        }
        if all { missing(&page) }
    }

    private func pair(_ thoughts: SecondThoughts) -> [String] {
        guard let pair = thoughts.together else { return [] }
        let lead = Figures.fixed(pair.aheadOfSingleDecibans, 1) + "\(Wrapping.bond)dB"
        return [
            "Two causes at once explain more than any single one (\(lead) ahead): "
                + pair.cases.joined(separator: " and ") + "."
        ]
    }

    private func doubts(_ thoughts: SecondThoughts) -> [String] {
        thoughts.doubts.filter { all || $0.probabilityWrong > Self.clearDoubt }.map { doubt in
            "\(doubt.fact), \(doubt.state.rawValue), does not fit the rest: "
                + "\(Wording.probability(doubt.probabilityWrong)) that it is wrong. Look again."
        }
    }

    /// A verdict that hangs on one thing says so.
    private func supports(_ thoughts: SecondThoughts) -> [String] {
        guard all || isVerdict else { return [] }
        return thoughts.leaningOn.prefix(all ? 5 : 1).map { change in
            "Without \(name(change.change)), \(leader(change)) would lead."
        }
    }

    private func flips(_ thoughts: SecondThoughts) -> [String] {
        guard all else { return [] }
        return thoughts.flips.map { change in
            "Were \(name(change.change)) the other way round "
                + "(\(Wording.probability(change.probability))), \(leader(change)) would lead."
        }
    }

    private var isVerdict: Bool {
        result.diagnosis.verdict == .confirmed || result.diagnosis.verdict == .likely
    }

    private func leader(_ change: Counterfactual) -> String {
        "\(change.leader ?? "none of these") (\(Wording.probability(change.leaderProbability)))"
    }

    private func name(_ change: Counterfactual.Change) -> String {
        switch change {
        case .without(let fact), .flipped(let fact): fact
        case .withoutInstrument(let instrument):
            switch instrument {
            case .operator: "the operator's answers"
            case .report: "what was told in free words"
            case .capture: "the captures"
            case .probe: "the probes"
            case .host: "the host checks"
            }
        }
    }

    private func missing(_ page: inout TextPage) {
        guard isVerdict || result.diagnosis.verdict == .undecided,
            let leader = result.diagnosis.leader, !leader.missing.isEmpty
        else { return }
        page.heading("Expected by \(leader.id), and not looked at")
        for fact in leader.missing { page.paragraph(fact, label: "- ", indent: 2) }
    }
}
