public import Casebook

/// Guesses which symptoms a sentence speaks of. A guess only proposes facts; text never scores a
/// case.
///
/// BM25 with k1 1.2 and b 0.3, because the texts are short (inference.md §2), over each symptom's
/// question and the words of its id, which count twice.
public struct SymptomSuggestions: Sendable {
    public struct Suggestion: Sendable {
        public var symptom: Symptom
        /// Score divided by the score of the symptom's own text: 0 no word in common, about 1 all.
        public var confidence: Double
    }

    /// From this confidence on a script takes a suggestion as a report of the symptom.
    ///
    /// On the shipped vocabulary a question asked back in half of its words lies above, one
    /// common word ("slow", "connection") lies below.
    public static let usedConfidence = 0.35
    /// Weaker guesses are not worth reading.
    public static let leastConfidence = 0.15
    public static let shownSuggestions = 8

    private static let k1 = 1.2
    private static let b = 0.3

    private struct Document: Sendable {
        var counts: [String: Double]
        var length: Double
    }

    private let symptoms: [Symptom]
    private let documents: [Document]
    private let weights: [String: Double]
    private let meanLength: Double

    public init(symptoms: [Symptom]) {
        self.symptoms = symptoms
        documents = symptoms.map { symptom in
            let id = Self.words(symptom.id)
            let words = Self.words(symptom.question) + id + id
            let counts = Dictionary(words.map { ($0, 1.0) }, uniquingKeysWith: +)
            return Document(counts: counts, length: Double(words.count))
        }
        meanLength =
            documents.isEmpty
            ? 1 : documents.map(\.length).reduce(0, +) / Double(documents.count)
        var frequency: [String: Int] = [:]
        for document in documents {
            for word in document.counts.keys { frequency[word, default: 0] += 1 }
        }
        weights = frequency.mapValues { Self.weight(frequency: $0, documents: symptoms.count) }
    }

    /// At most eight, best first; ties in the vocabulary's order.
    public func suggest(_ text: String) -> [Suggestion] {
        let words = Set(Self.words(text)).sorted()
        var suggestions: [(offset: Int, confidence: Double)] = []
        for (offset, document) in documents.enumerated() {
            let score = score(words, document)
            guard score > 0 else { continue }
            let own = score / self.score(document.counts.keys.sorted(), document)
            if own >= Self.leastConfidence { suggestions.append((offset, own)) }
        }
        suggestions.sort { ($1.confidence, $0.offset) < ($0.confidence, $1.offset) }
        return suggestions.prefix(Self.shownSuggestions).map {
            Suggestion(symptom: symptoms[$0.offset], confidence: min(1, $0.confidence))
        }
    }

    private func score(_ words: [String], _ document: Document) -> Double {
        let norm = Self.k1 * (1 - Self.b + Self.b * document.length / meanLength)
        return words.reduce(0) { sum, word in
            guard let count = document.counts[word], let weight = weights[word] else { return sum }
            return sum + weight * count * (Self.k1 + 1) / (count + norm)
        }
    }

    /// Robertson's inverse document frequency, a rational stand-in for its logarithm: rare words
    /// weigh near 1, a word of every question near 0.
    private static func weight(frequency: Int, documents: Int) -> Double {
        let rare = Double(documents - frequency) + 0.5
        return rare / (rare + 4 * (Double(frequency) + 0.5))
    }
}

extension SymptomSuggestions {
    /// Words that every question has and none is about.
    private static let stopWords: Set<String> = [
        "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been",
        "but", "by", "can", "do", "does", "for", "from", "get", "had", "has", "have", "he", "in",
        "is", "it", "its", "no", "not", "of", "on", "only", "or", "our", "same", "say", "see",
        "she", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there",
        "they", "this", "to", "too", "was", "we", "were", "what", "when", "where", "which",
        "while", "who", "will", "with", "you", "your",
    ]

    /// Lower case, without stop words and the commonest endings.
    static func words(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber) }
            .map(String.init)
            .filter { !stopWords.contains($0) }
            .map(stem)
    }

    /// The first step of Porter's stemmer, as far as plurals and -ed, -ing.
    private static func stem(_ word: String) -> String {
        for (ending, least) in [("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)]
        where word.count >= least && word.hasSuffix(ending) && !word.hasSuffix("ss") {
            let root = String(word.dropLast(ending.count))
            return ending == "ies" ? root + "y" : root
        }
        return word
    }
}
