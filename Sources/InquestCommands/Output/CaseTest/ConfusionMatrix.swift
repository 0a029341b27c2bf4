import Casebook
import Triage

/// Which case leads on the replays of which case: a row a case, a column a leader, one letter each.
///
/// Where more cases were tested than fit on a line, only those that were taken for another, or were
/// taken instead of one, are drawn.
struct ConfusionMatrix {
    /// Cells of a name and the blanks around it.
    private static let name = 45
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    private let counts: [CaseID: [CaseID: Int]]
    private let rows: [CaseID]
    private let columns: [CaseID]
    /// Cases that lead on all their replays and on no other, where they are left out.
    private let leftOut: Int
    /// Cases that were confused with others and found no room.
    private let noRoom: Int

    /// - Parameter width: of a line; `nil` for as long as it takes.
    init(_ replays: [ReplayTest], width: Int?) {
        var counts: [CaseID: [CaseID: Int]] = [:]
        for test in replays {
            guard let leader = test.leader else { continue }
            counts[test.caseID, default: [:]][leader, default: 0] += 1
        }
        self.counts = counts
        let owners = Self.unique(replays.map(\.caseID))
        let all = Self.unique(owners + replays.compactMap(\.leader))
        let room = min(width.map { max(10, $0 - Self.name - 3) } ?? .max, Self.letters.count)
        guard all.count > room else {
            (rows, columns, leftOut, noRoom) = (owners, all, 0, 0)
            return
        }
        var confused: Set<CaseID> = []
        for (owner, leaders) in counts {
            for leader in leaders.keys where leader != owner {
                confused.formUnion([owner, leader])
            }
        }
        let drawn = Array(all.filter(confused.contains).prefix(room))
        columns = drawn
        rows = owners.filter(drawn.contains)
        leftOut = owners.count { !confused.contains($0) }
        noRoom = confused.count - drawn.count
    }

    private static func unique(_ ids: [CaseID]) -> [CaseID] {
        var seen: Set<CaseID> = []
        return ids.filter { seen.insert($0).inserted }
    }

    func draw(_ page: inout TextPage) {
        if rows.isEmpty, leftOut == 0 { return }
        page.heading("Leading case (columns) on the replays of each case (rows)")
        if !columns.isEmpty {
            let head = columns.indices.map { String(Self.letters[$0]) }.joined()
            page.line("  " + DisplayWidth.pad("", to: Self.name) + " " + head)
        }
        for (index, id) in columns.enumerated() where rows.contains(id) {
            let name = "\(Self.letters[index]) \(DisplayWidth.cut(id, to: Self.name - 3))"
            let cells = columns.map { cell(row: id, column: $0) }.joined()
            page.line("  " + DisplayWidth.pad(name, to: Self.name) + " " + cells)
        }
        for (index, id) in columns.enumerated() where !rows.contains(id) {
            page.line("  \(Self.letters[index]) \(id) (not tested, or without a replay)", .dim)
        }
        remark(
            leftOut, "more led on all its replays and on no other", "more led on all theirs", &page)
        remark(noRoom, "more was confused and has no room", "more were confused; no room", &page)
    }

    private func remark(_ count: Int, _ one: String, _ many: String, _ page: inout TextPage) {
        if count > 0 { page.line("  \(Figures.grouped(count)) \(count == 1 ? one : many)", .dim) }
    }

    private func cell(row: CaseID, column: CaseID) -> String {
        let count = counts[row]?[column] ?? 0
        return count == 0 ? "." : count < 10 ? String(count) : "#"
    }
}
