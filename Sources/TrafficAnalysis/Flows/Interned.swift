/// Values that many flows share, each kept once and known by its number.
struct Interned<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: UInt32] = [:]

    mutating func number(of value: Value) -> UInt32 {
        if let number = numbers[value] { return number }
        let number = UInt32(values.count)
        values.append(value)
        numbers[value] = number
        return number
    }

    subscript(number: UInt32) -> Value { values[Int(number)] }
}

extension Interned: Sendable where Value: Sendable {}

/// Puts the notes of one pair of hosts, or of one server, next to each other; the groups come in
/// the order of their first notes.
///
/// A flat list and one sort at the end take a third of the memory of a dictionary of lists, when
/// most pairs have few flows (measured: 16,000 pairs, 29,000 flows).
func grouped<Note, Key: Comparable>(
    _ notes: Chunked<Note>, by key: (Note) -> Key, then inOrder: (Note, Note) -> Bool
) -> [ArraySlice<Note>] {
    let sorted = (0..<notes.count).map { notes[$0] }.sorted { left, right in
        let (a, b) = (key(left), key(right))
        return a != b ? a < b : inOrder(left, right)
    }
    return sorted.chunks { key($0) == key($1) }.sorted { left, right in
        guard let a = left.first, let b = right.first else { return false }
        return inOrder(a, b)
    }
}

extension Array {
    /// Runs of neighbours that belong together.
    fileprivate func chunks(_ belong: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var runs: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices.dropFirst() where !belong(self[index - 1], self[index]) {
            runs.append(self[start..<index])
            start = index
        }
        if start < endIndex { runs.append(self[start...]) }
        return runs
    }
}
