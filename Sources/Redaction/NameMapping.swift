/// Maps names label by label to others of the same length and look, so that what shares a domain
/// still does.
final class NameMapping {
    private let key: RedactionKey
    private var known: [[UInt8]: [UInt8]] = [:]
    private static let limit = 1 << 16

    /// Labels that say what a name is for and not whose it is: special-use names (RFC 6761, RFC
    /// 6762, RFC 8375), reverse look-up (RFC 1035 §3.5), Kubernetes and service prefixes.
    private static let telling: Set<String> = [
        "local", "localhost", "localdomain", "arpa", "in-addr", "ip6", "test", "example",
        "invalid", "onion", "internal", "home", "lan", "svc", "cluster", "wpad", "isatap",
        "_tcp", "_udp", "_tls", "_dns-sd", "www",
    ]

    init(_ key: RedactionKey) { self.key = key }

    /// A label without its dots: letters become letters of the same case, digits digits, other
    /// characters stay.
    func map(label: ArraySlice<UInt8>) -> [UInt8] {
        let plain = label.map { 65...90 ~= $0 ? $0 | 0x20 : $0 }
        if Self.telling.contains(String(decoding: plain, as: UTF8.self)) { return Array(label) }
        let mapped = known[plain] ?? make(plain)
        return zip(label, mapped).map { old, new in
            65...90 ~= old && 97...122 ~= new ? new & ~0x20 : new
        }
    }

    /// Any text, its words each as a label.
    func map(text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var word: [UInt8] = []
        for byte in text {
            if Self.isPartOfWord(byte) {
                word.append(byte)
            } else {
                result += map(label: word[...])
                word = []
                result.append(byte)
            }
        }
        return result + map(label: word[...])
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 0x2D, 0x5F, 0x80...0xFF: true
        default: false
        }
    }

    private func make(_ label: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = []
        var block: UInt8 = 0
        while stream.count < label.count {
            stream += key.digest([0x6E, block] + label)
            block &+= 1
        }
        let mapped = zip(label, stream).map { byte, random -> UInt8 in
            switch byte {
            case 48...57: 48 + random % 10
            case 97...122: 97 + random % 26
            case 0x80...0xFF: 97 + random % 26
            default: byte
            }
        }
        if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
        known[label] = mapped
        return mapped
    }
}
