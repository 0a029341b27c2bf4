internal import Dissection

/// Zeek's connection history: one letter an event, capital for the client's side.
///
/// `S` SYN, `h` SYN-ACK, `A` pure ACK, `D` payload, `F` FIN, `R` RST, `T` retransmitted payload,
/// `W` zero window, `Q` several of SYN, FIN, RST at once; each at most once a side
/// (Zeek manual, base/protocols/conn/main.zeek, field `history`). Zeek repeats `T` and `W`
/// logarithmically; we do not, since the counts stand beside it.
struct History {
    /// Five bits a letter, its side and event plus one, the first letter lowest.
    private var letters: UInt64 = 0
    private var moreLetters: UInt32 = 0
    /// A bit for what was noted, by side and event; how many letters there are in the highest byte.
    private var seen: UInt32 = 0

    enum Event: UInt8 {
        case syn, synACK, ack, data, fin, rst, retransmitted, zeroWindow, multiple
        static let letters = Array("SHADFRTWQ".utf8)
    }

    @inline(__always)
    mutating func note(_ event: Event, direction: Int) {
        let bit = Self.bit(event, direction)
        if seen & bit == 0 { append(event, bit, direction: direction) }
    }

    @inline(__always)
    private static func bit(_ event: Event, _ direction: Int) -> UInt32 {
        1 << (UInt32(event.rawValue) &+ UInt32(truncatingIfNeeded: direction) &* 9)
    }

    /// Nine events of two sides: 90 bits hold all there can be.
    private mutating func append(_ event: Event, _ bit: UInt32, direction: Int) {
        let code = UInt64(event.rawValue + 1) | UInt64(direction) << 4
        let count = Int(seen >> 24)
        if count < 12 {
            letters |= code << UInt64(count * 5)
        } else {
            moreLetters |= UInt32(code) << UInt32((count - 12) * 5)
        }
        seen = (seen | bit) &+ 1 << 24
    }

    func text(client: Int) -> String {
        var bytes: [UInt8] = []
        for index in 0..<Int(seen >> 24) {
            let word = index < 12 ? letters : UInt64(moreLetters)
            let code = Int(truncatingIfNeeded: word >> UInt64(index % 12 * 5)) & 31
            let letter = Event.letters[(code & 15) - 1]
            bytes.append(code >> 4 == client ? letter : letter + 32)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func contains(_ event: Event, direction: Int) -> Bool {
        seen & Self.bit(event, direction) != 0
    }
}
