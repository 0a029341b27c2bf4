/// The messages of a TLS handshake in the order seen, one letter each, capital for the client:
/// Zeek's `ssl_history` (Zeek manual, base/protocols/ssl/main.zeek). Of application data only a
/// side's first record is noted.
struct HandshakeLetters {
    private var letters: [15 of UInt8] = .init(repeating: 0)
    private var count: UInt8 = 0

    /// - Parameter letter: a capital.
    mutating func note(_ letter: UInt8, direction: Int) {
        guard Int(count) < letters.count else { return }
        letters[Int(count)] = letter | UInt8(direction) << 7
        count += 1
    }

    func text(client: Int) -> String {
        let bytes = (0..<Int(count)).map { index in
            let letter = letters[index]
            return Int(letter >> 7) == client ? letter & 0x7F : letter & 0x7F + 32
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
