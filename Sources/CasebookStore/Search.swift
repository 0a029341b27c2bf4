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
        let matched = try matchedWords()
        let everyWord = matched.lazy.filter { $0 == query.words.count }.count
        // BM25 is what takes long: where enough cases hold every word, of no others.
        let isEnough = everyWord >= max(limit, Self.enough)
        let (least, link) = isEnough ? (query.words.count, " AND ") : (1, " OR ")
        let words = try scores(
            "SELECT rowid, -bm25(case_text, 3, 2, 1, 1) FROM case_text WHERE case_text MATCH ?",
            query.words.map(SearchQuery.stemmed).joined(separator: link), count: matched.count)
        let pieces = try scores(
            "SELECT rowid, -bm25(case_grams, 3, 2) FROM case_grams WHERE case_grams MATCH ?",
            query.words.compactMap(SearchQuery.pieces).joined(separator: link),
            count: matched.count)
        let ranked = matched.indices.lazy.filter { matched[$0] >= least }.map { number in
            let coverage = Double(matched[number]) / Double(query.words.count)
            return (number, (4 * coverage + words[number] + pieces[number] / 2) / 5.5)
        }
        .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        let best = Array(ranked.prefix(limit))
        let snippets = try snippets(of: best.map(\.0))
        return try best.compactMap { number, score in
            let name = try Row.fetchOne(
                database, sql: "SELECT id, title FROM cases WHERE number = ?", arguments: [number])
            return try name.map { name in
                SearchHit(
                    caseID: name[0], title: name[1],
                    snippet: Self.oneLine(try snippets[number] ?? beginning(of: number)),
                    score: score)
            }
        }
    }

    /// BM25 of the rows that match, divided by the best, by number; 0 of the others.
    private func scores(_ sql: String, _ terms: String, count: Int) throws -> [Double] {
        var result = [Double](repeating: 0, count: count)
        guard !terms.isEmpty else { return result }
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [terms])
        while let row = try rows.next() {
            let number: Int = row[0]
            if result.indices.contains(number) { result[number] = max(0, row[1]) }
        }
        let best = result.max() ?? 0
        return best > 0 ? result.map { $0 / best } : result
    }

    /// How many of the words each case holds, whole or in part, by number.
    private func matchedWords() throws -> [Int] {
        // Numbers begin with 1 and leave none out.
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM cases") ?? 0
        var result = [Int](repeating: 0, count: count + 1)
        var counted = [Int](repeating: -1, count: count + 1)
        for (place, word) in query.words.enumerated() {
            var matches = [(table: "case_text", terms: SearchQuery.stemmed(word))]
            if let pieces = SearchQuery.pieces(word) { matches.append(("case_grams", pieces)) }
            for match in matches {
                // As one text: row by row these numbers take longer to fetch than to find.
                let numbers = try String.fetchOne(
                    database,
                    sql: """
                        SELECT group_concat(rowid) FROM \(match.table) WHERE \(match.table) MATCH ?
                        """, arguments: [match.terms])
                for number in Self.numbers(numbers ?? "")
                where counted.indices.contains(number) && counted[number] != place {
                    counted[number] = place
                    result[number] += 1
                }
            }
        }
        return result
    }

    /// Of a list with commas between them.
    private static func numbers(_ list: String) -> [Int] {
        var list = list
        return list.withUTF8 { bytes in
            var (numbers, number): ([Int], Int) = ([], 0)
            for byte in bytes {
                if byte == UInt8(ascii: ",") {
                    numbers.append(number)
                    number = 0
                } else {
                    number = number &* 10 &+ Int(byte &- UInt8(ascii: "0"))
                }
            }
            return bytes.isEmpty ? numbers : numbers + [number]
        }
    }

    /// Where the words are, by number; of whole words only.
    private func snippets(of numbers: [Int]) throws -> [Int: String] {
        let terms = query.words.map(SearchQuery.stemmed).joined(separator: " OR ")
        let places = numbers.map(String.init).joined(separator: ", ")
        // With "+" one pass over what matches; without, FTS5 begins a search for each number.
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT rowid, snippet(case_text, 2, '', '', '…', 24) FROM case_text
                WHERE case_text MATCH ? AND +rowid IN (\(places))
                """, arguments: [terms])
        var result: [Int: String] = [:]
        while let row = try rows.next() { result[row[0]] = row[1] }
        return result
    }

    private func beginning(of number: Int) throws -> String {
        try String.fetchOne(
            database, sql: "SELECT substr(body, 1, 200) FROM case_text WHERE rowid = ?",
            arguments: [number]) ?? ""
    }

    private static func oneLine(_ text: String) -> String {
        let line = text.split { $0.isWhitespace }.joined(separator: " ")
        return line.count <= 200 ? line : line.prefix(199) + "…"
    }
}
