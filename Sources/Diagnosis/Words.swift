/// Words of operators made comparable: lower case, without endings, one word for one thing.
enum Words {
    /// Beyond it a text is cut: nobody describes a symptom in more.
    static let longestText = 10_000

    /// Terms in order, without the words that carry nothing.
    static func terms(_ text: String) -> [String] {
        tokens(text).filter { !stopWords.contains($0) && !negations.contains($0) }.map(term)
    }

    /// Terms that are said, and terms that stand within three words after a negation in the same
    /// clause ("no resets", "does not help").
    static func termsByNegation(_ text: String) -> (asserted: Set<String>, negated: Set<String>) {
        var (asserted, negated): (Set<String>, Set<String>) = ([], [])
        for clause in bounded(text).split(whereSeparator: isClauseEnd) {
            var reach = 0
            for token in tokens(String(clause)) {
                if negations.contains(token) {
                    reach = 3
                } else if clauseWords.contains(token) {
                    reach = 0
                } else if !stopWords.contains(token) {
                    if reach > 0 {
                        negated.insert(term(token))
                    } else {
                        asserted.insert(term(token))
                    }
                    reach -= 1
                }
            }
        }
        return (asserted, negated)
    }

    private static func bounded(_ text: String) -> Substring { text.prefix(longestText) }

    private static func isClauseEnd(_ character: Character) -> Bool { ".,;:!?".contains(character) }

    private static func tokens(_ text: String) -> [String] {
        bounded(text).lowercased().filter { $0 != "'" && $0 != "’" }
            .split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    private static func term(_ token: String) -> String {
        let stem = stem(token)
        return synonyms[token] ?? synonyms[stem] ?? stem
    }

    /// Strips the endings that tell "hang", "hangs", "hanging" and "hanged" apart; a subset of
    /// Porter's algorithm (1980), enough for nouns and verbs in questions.
    static func stem(_ word: String) -> String {
        guard word.count > 3, word.allSatisfy(\.isLetter) else { return word }
        for (ending, replacement, least) in endings where word.hasSuffix(ending) {
            let body = word.dropLast(ending.count)
            guard body.count >= least else { continue }
            return undouble(String(body) + replacement)
        }
        return word
    }

    private static let endings = [
        ("ies", "y", 2), ("sses", "ss", 2), ("ches", "ch", 2), ("shes", "sh", 2), ("xes", "x", 2),
        ("ss", "ss", 2), ("us", "us", 2), ("ing", "", 3), ("edly", "", 3), ("ed", "", 3),
        ("ly", "", 4), ("es", "e", 3), ("s", "", 3),
    ]

    /// "dropp" to "drop", "reset" stays; a final e goes, so that "close" meets "closing".
    private static func undouble(_ word: String) -> String {
        let end = Array(word.suffix(2))
        if end.count == 2, end[0] == end[1], !"lsz".contains(end[1]), word.count > 3 {
            return String(word.dropLast())
        }
        return word.hasSuffix("e") && word.count > 4 ? String(word.dropLast()) : word
    }

    private static let stopWords: Set<String> = [
        "a", "about", "after", "again", "all", "also", "although", "always", "am", "an", "and",
        "any", "are", "as", "at", "be", "been", "being", "both", "but", "by", "can", "cant", "did",
        "do", "does", "done", "each", "else", "even", "every", "for", "from", "get", "gets", "got",
        "had", "has", "have", "having", "he", "her", "here", "his", "how", "i", "if", "in", "into",
        "is", "it", "its", "just", "like", "may", "me", "more", "most", "mostly", "much", "my",
        "of", "off", "often", "on", "once", "one", "or", "our", "out", "over", "own", "s", "same",
        "say", "says", "see", "seem", "seems", "she", "should", "since", "so", "some",
        "sometimes", "still", "such", "t", "than", "that", "the", "their", "them", "then", "there",
        "these", "they", "thing", "things", "this", "those", "through", "to", "too", "us", "very",
        "was", "we", "well", "were", "what", "when", "where", "which", "while", "who", "why",
        "will", "with", "would", "you", "your",
    ]

    private static let negations: Set<String> = [
        "no", "not", "never", "none", "nothing", "without", "isnt", "arent", "doesnt", "dont",
        "didnt", "wasnt", "werent", "wont", "neither", "nor",
    ]

    /// Words after which a negation no longer reaches.
    private static let clauseWords: Set<String> = ["but", "although", "while", "and", "then"]

    /// What people on call say for one thing; keys are words or their stems.
    private static let synonyms: [String: String] = {
        let groups = [
            ["hang", "hung", "stuck", "freeze", "froze", "frozen", "stall"],
            ["timeout", "timedout"],
            ["restart", "reboot", "bounce", "recycle"],
            ["reset", "rst"],
            ["refuse", "reject"],
            ["cut", "drop", "abort", "disconnect", "broken"],
            ["tls", "ssl", "https"],
            ["certificate", "cert"],
            ["slow", "sluggish", "laggy", "lag", "latency", "delay"],
            ["monitor", "monitoring", "check", "probe", "healthcheck", "health"],
            ["green", "ok", "okay", "healthy", "up"],
            ["red", "down", "outage", "dead"],
            ["deploy", "rollout", "release", "upgrade", "update"],
            ["begin", "began", "begun", "start", "started"],
            ["user", "customer", "people"],
            ["fail", "failure", "error", "broke"],
            ["block", "ban", "blacklist", "denied", "deny"],
            ["answer", "response", "respond", "reply"],
            ["server", "backend", "node", "host"],
            ["lookup", "resolve", "resolution", "dns"],
            ["cure", "help", "fix"],
            ["firewall", "middlebox"],
            ["intermittent", "random", "randomly", "sporadic", "flaky"],
            ["upload", "post"],
        ]
        var all: [String: String] = [:]
        for group in groups {
            for word in group { (all[word], all[stem(word)]) = (group[0], group[0]) }
        }
        return all
    }()
}
