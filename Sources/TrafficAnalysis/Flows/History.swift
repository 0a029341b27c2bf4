internal import Dissection

/// Zeek's connection history: one letter an event, capital for the client's side.
///
/// `S` SYN, `h` SYN-ACK, `A` pure ACK, `D` payload, `F` FIN, `R` RST, `T` retransmitted payload,
/// `W` zero window, `Q` several of SYN, FIN, RST at once; each at most once a side
/// (Zeek manual, base/protocols/conn/main.zeek, field `history`). Zeek repeats `T` and `W`
/// logarithmically; we do not, since the counts stand beside it.
struct History {
    private var letters: (UInt64, UInt64) = (0, 0)
    private var seen: (UInt16, UInt16) = (0, 0)
    private var count: UInt8 = 0

    enum Event: UInt8 {
        case syn, synACK, ack, data, fin, rst, retransmitted, zeroWindow, multiple
        static let letters = Array("SHADFRTWQ".utf8)
    }

    @inline(__always)
    mutating func note(_ event: Event, direction: Int) {
        let bit = UInt16(1) << UInt16(event.rawValue)
        if direction == 0 {
            if seen.0 & bit != 0 { return }
            seen.0 |= bit
        } else {
            if seen.1 & bit != 0 { return }
            seen.1 |= bit
        }
        append(event, direction: direction)
    }

    /// Five bits a letter would do; a nibble for the event and the side in a byte keep it plain.
    private mutating func append(_ event: Event, direction: Int) {
        guard count < 16 else { return }
        let code = UInt64(event.rawValue + 1) | UInt64(direction) << 7
        if count < 8 {
            letters.0 |= code << (UInt64(count) * 8)
        } else {
            letters.1 |= code << (UInt64(count - 8) * 8)
        }
        count += 1
    }

    func text(client: Int) -> String {
        var bytes: [UInt8] = []
        for index in 0..<UInt64(count) {
            let word = index < 8 ? letters.0 : letters.1
            let code = UInt8(truncatingIfNeeded: word >> ((index & 7) * 8))
            let letter = Event.letters[Int(code & 0x7F) - 1]
            bytes.append(Int(code >> 7) == client ? letter : letter + 32)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func contains(_ event: Event, direction: Int) -> Bool {
        let bit = UInt16(1) << UInt16(event.rawValue)
        return (direction == 0 ? seen.0 : seen.1) & bit != 0
    }
}
