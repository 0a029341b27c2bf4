/// Whether all that one side sent is in the capture, as far as the numbers say. A FIN counts as a
/// byte (RFC 9293 §3.4).
enum Completeness {
    case whole
    /// The side's later numbers count bytes that never came here; nobody acknowledged them.
    case lost
    /// The peer acknowledged bytes that the capture has not.
    case missed

    /// What the two sides tell without their rare facts and lists, which are dear to copy: enough
    /// for nearly all.
    @inline(__always)
    init?(_ side: Direction, peer: Direction) {
        if side.has.contains(.started), peer.has.contains(.acknowledgement),
            Int32(bitPattern: peer.highestACK &- Self.end(side)) > 0
        {
            self = .missed
        } else if side.has.isDisjoint(with: [.missedBytes, .overtaken, .holes]) {
            self = .whole
        } else {
            return nil
        }
    }

    init(_ side: Direction, _ rare: RareDirection, _ holes: HoleList?, peer: Direction) {
        let isInside = holes?.gaps.contains { Int32(bitPattern: peer.highestACK &- $0.from) > 0 }
        let isOvertaken =
            side.has.contains(.overtaken)
            && Int32(bitPattern: rare.number &- Self.end(side)) > 0
        if side.has.contains(.missedBytes) || isInside == true {
            self = .missed
        } else {
            self = isOvertaken ? .lost : .whole
        }
    }

    private static func end(_ side: Direction) -> UInt32 { side.next &+ (side.fin > 0 ? 1 : 0) }
}
