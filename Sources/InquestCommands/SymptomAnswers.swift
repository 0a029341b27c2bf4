import Casebook
import Triage

/// Turns what an operator says on the command line into evidence.
struct SymptomAnswers {
    let casebook: Casebook

    /// `ID`, `ID=yes`, `ID=no` or `ID=unknown`.
    func parse(_ argument: String) throws(Failure) -> Evidence {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let id = String(parts[0])
        guard casebook[symptom: id] != nil else {
            throw .unknownSymptom(
                id, suggestion: Nearest.match(id, in: casebook.symptoms.map(\.id)))
        }
        let states: [Substring: FactState] = ["yes": .present, "no": .absent, "unknown": .unknown]
        let answer = parts.count > 1 ? parts[1] : "yes"
        guard let state = states[answer] else {
            throw .badValue(
                option: "--symptom \(id)", value: String(answer),
                expected: ["yes", "no", "unknown"])
        }
        return Evidence(
            id: id, kind: .symptom, state: state, source: "operator",
            summary: "The operator answered \(answer).")
    }

    /// The symptoms that a text probably speaks of are taken as reported; weaker guesses are
    /// recorded as unknown, with the question that would settle them.
    func reports(in text: String) -> [Evidence] {
        SymptomSuggestions(symptoms: casebook.symptoms).suggest(text).map { suggestion in
            let percent = Int((suggestion.confidence * 100).rounded())
            let used = suggestion.confidence >= SymptomSuggestions.usedConfidence
            return Evidence(
                id: suggestion.symptom.id, kind: .symptom, state: used ? .present : .unknown,
                source: "report",
                summary: used
                    ? "Understood from your words (\(percent) % match)."
                    : "Your words may mean this (\(percent) % match); "
                        + "say --symptom \(suggestion.symptom.id) if so.")
        }
    }
}
