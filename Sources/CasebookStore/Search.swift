internal import GRDB

/// A case that a search found.
public struct SearchHit: Hashable, Sendable {
    public var caseID: String
    public var title: String
    /// The part of the body around the words, or its beginning; one line of at most 200 characters.
    public var snippet: String
    /// From 0 to 1, higher is better; compares hits of one search only.
    public var score: Double

    public init(caseID: String, title: String, snippet: String, score: Double) {
        self.caseID = caseID
        self.title = title
        self.snippet = snippet
        self.score = score
    }
}

/// What a person typed, as words that FTS5 never takes for its query language.
struct SearchQuery {
    /// At most twelve of at most 64 bytes, each with a letter or digit in it.
    let words: [String]

    init(_ text: String) {
        let pieces = text.unicodeScalars.prefix(1_000).split { scalar in
            scalar.properties.isWhitespace || scalar.value < 0x20 || scalar == "\u{7F}"
        }
        words = pieces.map { String(String.UnicodeScalarView($0)) }
            .filter { $0.utf8.count <= 64 && $0.contains { $0.isLetter || $0.isNumber } }
            .prefix(12).map(\.self)
    }

    /// In double quotes a text is a phrase and nothing in it is an operator.
    static func quote(_ word: String) -> String {
        "\""
            + word.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    /// For `case_text`: stems, and beginnings of words for three letters or more.
    static func stemmed(_ word: String) -> String {
        word.unicodeScalars.count >= 3 ? quote(word) + " *" : quote(word)
    }

    /// For `case_grams`, which knows nothing shorter than three characters.
    static func pieces(_ word: String) -> String? {
        word.unicodeScalars.count >= 3 ? quote(word) : nil
    }
}

/// Ranks cases: first by how many of the words they hold, then by BM25 over words (title 3,
/// symptoms 2, body 1) and, at half the weight, over parts of words.
struct CaseSearch {
    /// So many that no list shows more; one number, so that a longer list begins like a short one.
    private static let enough = 100

    let database: Database
    let query: SearchQuery

    func hits(limit: Int) throws -> [SearchHit] {
        guard !query.words.isEmpty, limit > 0 else { return [] }
        let anyWord = try matchedWords()
        let everyWord = anyWord.filter { $0.value == query.words.count }
        // BM25 is what takes long: where enough cases hold every word, of no others.
        let isEnough = everyWord.count >= max(limit, Self.enough)
        let (matched, link) = isEnough ? (everyWord, " AND ") : (anyWord, " OR ")
        let words = try scores(
            "SELECT rowid, -bm25(case_text, 3, 2, 1, 1) FROM case_text WHERE case_text MATCH ?",
            query.words.map(SearchQuery.stemmed).joined(separator: link))
        let pieces = try scores(
            "SELECT rowid, -bm25(case_grams, 3, 2) FROM case_grams WHERE case_grams MATCH ?",
            query.words.compactMap(SearchQuery.pieces).joined(separator: link))
        let ranked = matched.map { number, count in
            let coverage = Double(count) / Double(query.words.count)
            return (
                number,
                (4 * coverage + (words[number] ?? 0) + (pieces[number] ?? 0) / 2) / 5.5
            )
        }
        .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        return try ranked.prefix(limit).compactMap { try hit($0.0, score: $0.1) }
    }

    /// BM25 of the rows that match, divided by the best.
    private func scores(_ sql: String, _ terms: String) throws -> [Int: Double] {
        guard !terms.isEmpty else { return [:] }
        var result: [Int: Double] = [:]
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [terms])
        while let row = try rows.next() { result[row[0]] = max(0, row[1]) }
        let best = result.values.max() ?? 0
        return best > 0 ? result.mapValues { $0 / best } : result
    }

    /// How many of the words each case holds, whole or in part.
    private func matchedWords() throws -> [Int: Int] {
        var result: [Int: Int] = [:]
        for word in query.words {
            var cases = Set(
                try Int.fetchAll(
                    database, sql: "SELECT rowid FROM case_text WHERE case_text MATCH ?",
                    arguments: [SearchQuery.stemmed(word)]))
            if let pieces = SearchQuery.pieces(word) {
                cases.formUnion(
                    try Int.fetchAll(
                        database, sql: "SELECT rowid FROM case_grams WHERE case_grams MATCH ?",
                        arguments: [pieces]))
            }
            for number in cases { result[number, default: 0] += 1 }
        }
        return result
    }

    private func hit(_ number: Int, score: Double) throws -> SearchHit? {
        let name = try Row.fetchOne(
            database, sql: "SELECT id, title FROM cases WHERE number = ?", arguments: [number])
        guard let name else { return nil }
        let terms = query.words.map(SearchQuery.stemmed).joined(separator: " OR ")
        let snippet = try String.fetchOne(
            database,
            sql: """
                SELECT snippet(case_text, 2, '', '', '…', 24) FROM case_text
                WHERE case_text MATCH ? AND rowid = ?
                UNION ALL SELECT substr(body, 1, 200) FROM case_text WHERE rowid = ? LIMIT 1
                """, arguments: [terms, number, number])
        return SearchHit(
            caseID: name[0], title: name[1], snippet: Self.oneLine(snippet ?? ""), score: score)
    }

    private static func oneLine(_ text: String) -> String {
        let line = text.split { $0.isWhitespace }.joined(separator: " ")
        return line.count <= 200 ? line : line.prefix(199) + "…"
    }
}
