/// The word of `words` that was probably meant, by edit distance or by the same parts in another
/// order (`capture.tcp.open-silent`); `nil` when none is near.
func nearest(to word: String, in words: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().utf8)
    guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
    var best: (distance: Int, word: String)?
    var reordered: String?
    let parts = sortedParts(wanted)
    for candidate in words where candidate.utf8.count <= 100 {
        let bytes = Array(candidate.lowercased().utf8)
        if reordered == nil, bytes.count == wanted.count, sortedParts(bytes) == parts {
            reordered = candidate
        }
        // A third of the letters may differ, but never more than six.
        let limit = min(6, max(1, max(wanted.count, bytes.count) / 3), best?.distance ?? 6)
        guard abs(bytes.count - wanted.count) <= limit else { continue }
        let distance = editDistance(wanted, bytes)
        if distance <= limit, distance < best?.distance ?? Int.max {
            best = (distance, candidate)
        }
    }
    return reordered ?? best?.word
}

/// `did you mean “x”?`, or `otherwise` when nothing is near.
func didYouMean(
    _ word: String, in words: some Sequence<String>, otherwise: String? = nil
) -> String? {
    nearest(to: word, in: words).map { "did you mean \(quoted($0))?" } ?? otherwise
}

/// `one of a, b, c`.
func oneOf(_ words: some Sequence<String>) -> String {
    "one of " + words.joined(separator: ", ")
}

private func sortedParts(_ word: [UInt8]) -> [[UInt8]] {
    word.split { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }.map(Array.init)
        .sorted { $0.lexicographicallyPrecedes($1) }
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
        var row = [i]
        row.reserveCapacity(b.count + 1)
        for j in 1...b.count {
            let cost = a[i - 1] == b[j - 1] ? 0 : 1
            var least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                least = min(least, before[j - 2] + 1)
            }
            row.append(least)
        }
        (before, last) = (last, row)
    }
    return last[b.count]
}
