public import Casebook

/// Facts that a sentence seems to speak of, for a person to confirm with one key.
///
/// Text never scores a case: a confirmed suggestion becomes evidence of the instrument `report`.
/// Ranked by BM25 (Robertson and Zaragoza 2009) with k1 = 1.2 and, because the texts are short,
/// b = 0.3.
public struct Suggestions: Sendable {
    /// What is known in words about one fact.
    public struct Document: Hashable, Sendable {
        public var fact: FactID
        /// The question or definition; weighs 3.
        public var title: String
        /// Other ways to say it; weighs 2.
        public var phrases: String
        /// Anything that merely has to do with it; weighs 1.
        public var body: String

        public init(fact: FactID, title: String, phrases: String = "", body: String = "") {
            self.fact = fact
            self.title = title
            self.phrases = phrases
            self.body = body
        }
    }

    public struct Suggestion: Hashable, Sendable {
        public var fact: FactID
        /// BM25; comparable within one text only.
        public var score: Double
        /// How much of the title, or of the other phrases, the text says, by rarity of the words:
        /// 0...1.
        public var confidence: Double
        /// The text says that it is not so; not to be taken without asking.
        public var negated: Bool

        public init(fact: FactID, score: Double, confidence: Double, negated: Bool) {
            self.fact = fact
            self.score = score
            self.confidence = confidence
            self.negated = negated
        }
    }

    /// Confidence from which a script may take a suggestion unasked, unless it is negated: the
    /// rarer half of the words of a question, or all of its short form.
    public static let automaticConfidence = 0.6

    private static let k1 = 1.2
    private static let b = 0.3
    private static let (titleWeight, phraseWeight, bodyWeight) = (3.0, 2.0, 1.0)

    private let facts: [FactID]
    /// Per term: the documents that hold it and its weighted count in each.
    private let postings: [String: [(document: Int, count: Double)]]
    private let titleTerms: [Set<String>]
    private let phraseTerms: [Set<String>]
    /// Terms that the title or a phrase asserts, so that a "no" before them contradicts it.
    private let assertedTerms: [Set<String>]
    private let lengths: [Double]
    private let meanLength: Double

    public init(_ documents: [Document]) {
        facts = documents.map(\.fact)
        titleTerms = documents.map { Set(Words.terms($0.title)) }
        phraseTerms = documents.map { Set(Words.terms($0.phrases)) }
        assertedTerms = documents.map { document in
            Words.termsByNegation(document.title).asserted
                .union(Words.termsByNegation(document.phrases).asserted)
        }
        let counts = documents.map(Self.weightedCounts)
        var postings: [String: [(document: Int, count: Double)]] = [:]
        for (number, terms) in counts.enumerated() {
            for (term, count) in terms { postings[term, default: []].append((number, count)) }
        }
        self.postings = postings
        lengths = counts.map { $0.values.reduce(0, +) }
        meanLength = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
    }

    /// Small whole numbers, so that their sums are exact in any order.
    private static func weightedCounts(_ document: Document) -> [String: Double] {
        var counts: [String: Double] = [:]
        for (text, weight) in [
            (document.title, titleWeight), (document.phrases, phraseWeight),
            (document.body, bodyWeight),
        ] {
            for term in Words.terms(text) { counts[term, default: 0] += weight }
        }
        return counts
    }

    /// The symptoms of a casebook, by their questions and ids.
    public init(_ casebook: Casebook) {
        self.init(
            casebook.symptoms.map { symptom in
                Document(
                    fact: symptom.id, title: symptom.question,
                    phrases: symptom.id.split(separator: "-").joined(separator: " "))
            })
    }

    /// At most `limit` facts, best first, ties by id.
    public func suggest(_ text: String, limit: Int = 8) -> [Suggestion] {
        let (asserted, negated) = Words.termsByNegation(text)
        var scores = [Double](repeating: 0, count: facts.count)
        for term in asserted.union(negated).sorted() {
            for (document, count) in postings[term] ?? [] {
                let length = 1 - Self.b + Self.b * lengths[document] / meanLength
                scores[document] +=
                    rarity(term) * count * (Self.k1 + 1) / (count + Self.k1 * length)
            }
        }
        return facts.indices.filter { scores[$0] > 0 }.sorted { left, right in
            scores[left] != scores[right]
                ? scores[left] > scores[right] : facts[left] < facts[right]
        }.prefix(limit).map { document in
            let said = asserted.union(negated)
            return Suggestion(
                fact: facts[document], score: scores[document],
                confidence: max(
                    share(of: titleTerms[document], saidIn: said),
                    share(of: phraseTerms[document], saidIn: said)),
                negated: !negated.isDisjoint(with: assertedTerms[document]))
        }
    }

    private func share(of title: Set<String>, saidIn text: Set<String>) -> Double {
        let all = title.sorted().reduce(0) { $0 + rarity($1) }
        let said = title.intersection(text).sorted().reduce(0) { $0 + rarity($1) }
        return all > 0 ? said / all : 0
    }

    /// Inverse document frequency, always positive.
    private func rarity(_ term: String) -> Double {
        let holding = Double(postings[term]?.count ?? 0)
        return naturalLogarithm(1 + (Double(facts.count) - holding + 0.5) / (holding + 0.5))
    }
}
