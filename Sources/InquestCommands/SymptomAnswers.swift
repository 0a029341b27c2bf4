import Casebook
import Diagnosis
import Triage

/// Turns what an operator says into evidence.
struct SymptomAnswers {
    let casebook: Casebook

    /// What `--symptom ID=…` takes.
    static let words = Answer.allCases.map(\.rawValue)
    /// Weaker guesses at what somebody's own words mean are not worth reading.
    static let leastConfidence = Conversation.leastConfidence

    /// `ID` or `ID=yes|no|probably|probably-not|unknown`; a finding that somebody looked at by
    /// hand is answered in the same way.
    func parse(_ argument: String) throws(Failure) -> Evidence {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let id = String(parts[0])
        guard casebook[symptom: id] != nil || casebook[finding: id] != nil else {
            throw .unknownSymptom(
                id, suggestion: Nearest.match(id, in: casebook.symptoms.map(\.id)))
        }
        let answer = parts.count > 1 ? String(parts[1]) : "yes"
        guard let evidence = evidence(id, answer) else {
            throw .badValue(option: "--symptom \(id)", value: answer, expected: Self.words)
        }
        return evidence
    }

    /// `nil` when `answer` is none of `words`.
    func evidence(_ id: FactID, _ answer: String) -> Evidence? {
        Answer(rawValue: answer)?.evidence(of: id, in: casebook)
    }

    /// What a text clearly speaks of is taken as reported; weaker guesses, and what it seems to
    /// deny, are recorded as unknown, with the question that would settle them.
    func reports(in text: String, _ suggestions: Suggestions) -> [Evidence] {
        suggestions.suggest(text).filter { $0.confidence >= Self.leastConfidence }.map { guess in
            let percent = Int((guess.confidence * 100).rounded())
            let used =
                guess.confidence >= Suggestions.automaticConfidence && !guess.negated
            return Evidence(
                id: guess.fact, kind: .symptom, state: used ? .present : .unknown,
                source: "report",
                summary: used
                    ? "Understood from your words (\(percent) %)."
                    : "Your words may \(guess.negated ? "deny" : "mean") this (\(percent) %); "
                        + "say --symptom \(guess.fact)\(guess.negated ? "=no" : "") if so.")
        }
    }
}
