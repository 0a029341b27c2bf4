/// Finds what somebody probably meant to write.
public enum Nearest {
    /// The candidate with the smallest edit distance to `word`, when it is at most a third of
    /// the word's length (and at least two edits are allowed); ties go to the first by order.
    public static func match(_ word: String, in candidates: some Sequence<String>) -> String? {
        let typed = Array(word.lowercased().utf8.prefix(100))
        let limit = max(2, typed.count / 3)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(typed, Array(candidate.utf8.prefix(100)))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var twoBack: [Int] = []
        var previous = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let change = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(row[j - 1] + 1, previous[j] + 1, previous[j - 1] + change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], twoBack[j - 2] + 1)
                }
            }
            twoBack = previous
            previous = row
        }
        return previous[b.count]
    }
}
