/// What changed from one text to another, line by line, as `diff -u` shows it.
struct LineDifference {
    private enum Row {
        case same(String), gone(String), new(String)
    }

    private static let context = 3
    /// Longer texts are compared by their common beginning and end alone.
    private static let mostLines = 2_000

    private var rows: [Row] = []

    init(_ old: String, _ new: String) {
        let old = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let new = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let head = zip(old, new).prefix { $0 == $1 }.count
        let tail = min(
            zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count,
            min(old.count, new.count) - head)
        rows += old[..<head].map(Row.same)
        rows += Self.middle(
            Array(old[head..<(old.count - tail)]), Array(new[head..<(new.count - tail)]))
        rows += old[(old.count - tail)...].map(Row.same)
    }

    /// By the longest common subsequence.
    private static func middle(_ old: [String], _ new: [String]) -> [Row] {
        guard old.count <= mostLines, new.count <= mostLines else {
            return old.map(Row.gone) + new.map(Row.new)
        }
        let width = new.count + 1
        var length = [UInt16](repeating: 0, count: (old.count + 1) * width)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                length[i * width + j] =
                    old[i] == new[j]
                    ? length[(i + 1) * width + j + 1] + 1
                    : max(length[(i + 1) * width + j], length[i * width + j + 1])
            }
        }
        var rows: [Row] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                rows.append(.same(old[i]))
                (i, j) = (i + 1, j + 1)
            } else if j == new.count
                || (i < old.count && length[(i + 1) * width + j] >= length[i * width + j + 1])
            {
                rows.append(.gone(old[i]))
                i += 1
            } else {
                rows.append(.new(new[j]))
                j += 1
            }
        }
        return rows
    }

    /// Changed lines with three around them; `@@` stands where lines are left out, with the number
    /// in the old text of what follows.
    var lines: [String] {
        let changed = rows.indices.filter {
            if case .same = rows[$0] { false } else { true }
        }
        var near = [Bool](repeating: false, count: rows.count)
        for index in changed {
            let range = max(0, index - Self.context)...min(rows.count - 1, index + Self.context)
            for place in range { near[place] = true }
        }
        var result: [String] = []
        var number = 0
        for (index, row) in rows.enumerated() {
            if case .new = row {} else { number += 1 }
            guard near[index] else { continue }
            if index == 0 || !near[index - 1] { result.append("@@ line \(max(1, number)) @@") }
            switch row {
            case .same(let text): result.append(" " + text)
            case .gone(let text): result.append("-" + text)
            case .new(let text): result.append("+" + text)
            }
        }
        return result
    }
}
