/// What a ClientHello tells of the program that sent it: JA4 over TCP
/// (https://github.com/FoxIO-LLC/ja4, technical_details/JA4.md).
public struct ClientFingerprint: Hashable, Sendable {
    private let version: UInt16
    private let hasServerName: Bool
    private let cipherSuites: [UInt16]
    private let extensions: [UInt16]
    private let signatureAlgorithms: [UInt16]
    /// First and last character of the first ALPN value.
    private let alpn: [UInt8]

    public init(_ hello: ClientHello) {
        let offered = hello.supportedVersions.filter { !Self.isGREASE($0) }
        version = offered.max() ?? hello.legacyVersion
        hasServerName = hello.extensions.contains(0)
        cipherSuites = hello.cipherSuites.filter { !Self.isGREASE($0) }.sorted()
        extensions = hello.extensions.filter { !Self.isGREASE($0) }.sorted()
        signatureAlgorithms = hello.signatureAlgorithms.filter { !Self.isGREASE($0) }
        alpn = Self.ends(of: Array((hello.alpn.first ?? "").utf8))
    }

    /// RFC 8701: 0x0A0A, 0x1A1A, ...
    private static func isGREASE(_ number: UInt16) -> Bool {
        number & 0x0F0F == 0x0A0A && number >> 8 == number & 0xFF
    }

    /// Characters beyond letters and digits stand as the ends of the value in hexadecimal.
    private static func ends(of value: [UInt8]) -> [UInt8] {
        guard let first = value.first, let last = value.last else { return Array("00".utf8) }
        func isPlain(_ byte: UInt8) -> Bool {
            0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
        }
        if isPlain(first), isPlain(last) { return [first, last] }
        return [Array(hexadecimal(first).utf8)[0], Array(hexadecimal(last).utf8)[1]]
    }

    /// `t13d1516h2_8daaf6152771_e5627efa2ab1`.
    public var text: String {
        let alpn = String(decoding: alpn, as: UTF8.self)
        let head =
            "t\(Self.names[version] ?? "00")\(hasServerName ? "d" : "i")"
            + Self.count(cipherSuites.count) + Self.count(extensions.count) + alpn
        let kept = Self.list(extensions.filter { $0 != 0 && $0 != 16 })
        let algorithms = Self.list(signatureAlgorithms)
        let tail = algorithms.isEmpty ? kept : kept + "_" + algorithms
        return head + "_" + Self.hash(Self.list(cipherSuites), isEmpty: cipherSuites.isEmpty)
            + "_" + Self.hash(tail, isEmpty: extensions.isEmpty)
    }

    private static let names: [UInt16: String] = [
        0x0304: "13", 0x0303: "12", 0x0302: "11", 0x0301: "10", 0x0300: "s3", 0x0002: "s2",
    ]

    private static func count(_ number: Int) -> String {
        let text = String(min(number, 99))
        return text.utf8.count == 1 ? "0" + text : text
    }

    private static func list(_ numbers: [UInt16]) -> String {
        numbers.map { hexadecimal(UInt8($0 >> 8)) + hexadecimal(UInt8($0 & 0xFF)) }
            .joined(separator: ",")
    }

    private static func hash(_ text: String, isEmpty: Bool) -> String {
        if isEmpty { return "000000000000" }
        return sha256(Array(text.utf8)).prefix(6).map(hexadecimal).joined()
    }
}

/// Two digits in lower case.
private func hexadecimal(_ byte: UInt8) -> String {
    String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
}
