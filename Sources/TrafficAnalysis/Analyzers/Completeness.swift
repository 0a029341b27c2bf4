/// Whether all that one side sent is in the capture, as far as the numbers say. A FIN counts as a
/// byte (RFC 9293 §3.4).
enum Completeness {
    case whole
    /// The side's later numbers count bytes that never came here; nobody acknowledged them.
    case lost
    /// The peer acknowledged bytes that the capture has not.
    case missed

    init(_ side: Direction, _ rare: RareDirection, _ holes: HoleList?, peer: Direction) {
        let seen = side.next &+ (side.fin > 0 ? 1 : 0)
        let isBehind = Int32(bitPattern: peer.highestACK &- seen) > 0
        if side.has.contains(.started), peer.has.contains(.acknowledgement), isBehind {
            self = .missed
        } else if side.has.isDisjoint(with: [.missedBytes, .overtaken, .holes]) {
            self = .whole
        } else if side.has.contains(.missedBytes)
            || holes?.gaps.contains(where: { Int32(bitPattern: peer.highestACK &- $0.from) > 0 })
                == true
        {
            self = .missed
        } else if side.has.contains(.overtaken), Int32(bitPattern: rare.number &- seen) > 0 {
            self = .lost
        } else {
            self = .whole
        }
    }
}
