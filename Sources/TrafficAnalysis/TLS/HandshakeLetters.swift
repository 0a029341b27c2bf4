/// The messages of a TLS handshake in the order seen, one letter each, capital for the client:
/// Zeek's `ssl_history` (Zeek manual, base/protocols/ssl/main.zeek). Of application data only a
/// side's first record is noted.
struct HandshakeLetters {
    /// Six bits a letter, its place in the alphabet from 1 on and its side; the first letter of each
    /// word lowest, five in each.
    private var words: [3 of UInt32] = [0, 0, 0]

    /// - Parameter letter: a capital.
    mutating func note(_ letter: UInt8, direction: Int) {
        let code = UInt32(letter & 31) | UInt32(direction) << 5
        for index in words.indices {
            let used = (UInt32.bitWidth - words[index].leadingZeroBitCount + 5) / 6
            if used == 5 { continue }
            words[index] |= code << UInt32(used * 6)
            return
        }
    }

    func text(client: Int) -> String {
        var bytes: [UInt8] = []
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                let letter = UInt8(word & 31) | 0x40
                bytes.append(Int(word >> 5 & 1) == client ? letter : letter + 32)
                word >>= 6
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func letter(ofHandshake type: UInt8) -> UInt8 {
        let known: Character =
            switch type {
            case 0: "H"
            case 1: "C"
            case 2: "S"
            case 3: "V"
            case 4: "T"
            case 5: "E"
            case 6: "J"
            case 8: "O"
            case 11: "X"
            case 12: "K"
            case 13: "R"
            case 14: "N"
            case 15: "Y"
            case 16: "G"
            case 20: "F"
            case 21: "W"
            case 22: "U"
            case 23: "A"
            case 24: "P"
            case 254: "M"
            default: "Z"
            }
        return known.asciiValue ?? UInt8(ascii: "Z")
    }
}
