/// The messages of a TLS handshake in the order seen, one letter each, capital for the client:
/// Zeek's `ssl_history` (Zeek manual, base/protocols/ssl/main.zeek). Of application data only a
/// side's first record is noted.
struct HandshakeLetters {
    /// Six bits a letter, its place in the alphabet from 1 on and its side, the first letter lowest;
    /// how many there are in the highest four.
    private var letters: UInt64 = 0
    private var moreLetters: UInt32 = 0

    private static let limit = 15
    private static let first = 10

    private var count: Int { Int(letters >> 60) }

    /// - Parameter letter: a capital.
    mutating func note(_ letter: UInt8, direction: Int) {
        let count = count
        if count == Self.limit { return }
        let code = UInt64(letter & 31) | UInt64(direction) << 5
        if count < Self.first {
            letters |= code << UInt64(count * 6)
        } else {
            moreLetters |= UInt32(code) << UInt32((count - Self.first) * 6)
        }
        letters += 1 << 60
    }

    func text(client: Int) -> String {
        let bytes = (0..<count).map { index in
            let word = index < Self.first ? letters : UInt64(moreLetters)
            let code = UInt8(truncatingIfNeeded: word >> UInt64(index % Self.first * 6))
            let letter = code & 31 | 0x40
            return Int(code >> 5 & 1) == client ? letter : letter + 32
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
