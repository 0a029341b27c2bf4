/// The flows of a capture in order of trouble; of more than a limit the ones in most trouble.
public struct FlowDigests: Sendable {
    private let limit: Int
    private var all: [FlowDigest] = []
    /// Places in the order of the flows' first packets.
    public private(set) var byStart: [UInt32] = []

    /// - Parameter limit: how many are kept, some 300 bytes each.
    init(limit: Int) { self.limit = max(1, limit) }

    /// The worst first, then in the order of their first packets.
    public var flows: [FlowDigest] { all }

    mutating func add(_ flow: FlowDigest) {
        all.append(flow)
        if all.count >= 2 * limit { shorten() }
    }

    private mutating func shorten() {
        all.sort(by: Self.comesFirst)
        guard all.count > limit else { return }
        all.removeLast(all.count - limit)
    }

    mutating func finish() {
        shorten()
        byStart = (0..<UInt32(all.count)).sorted { all[Int($0)].flow < all[Int($1)].flow }
    }

    /// The `count` in most trouble among those that are over so far.
    func worst(_ count: Int) -> [FlowDigest] {
        var worst: [FlowDigest] = []
        for flow in all where !flow.trouble.isEmpty {
            if worst.count == count, let last = worst.last, !Self.comesFirst(flow, last) {
                continue
            }
            let place = worst.firstIndex { Self.comesFirst(flow, $0) } ?? worst.count
            worst.insert(flow, at: place)
            if worst.count > count { worst.removeLast() }
        }
        return worst
    }

    private static func comesFirst(_ left: FlowDigest, _ right: FlowDigest) -> Bool {
        (right.trouble.rawValue, left.flow) < (left.trouble.rawValue, right.flow)
    }

    /// The place of a flow in `flows`.
    public func place(ofFlow number: Int) -> Int? {
        var (low, high) = (0, byStart.count)
        while low < high {
            let middle = (low + high) / 2
            if all[Int(byStart[middle])].flow < number { low = middle + 1 } else { high = middle }
        }
        guard low < byStart.count, all[Int(byStart[low])].flow == number else { return nil }
        return Int(byStart[low])
    }
}
