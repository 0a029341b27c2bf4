/// A ClientHello or ServerHello taken apart, as far as probes ask (RFC 8446 §4.1.2, §4.1.3).
struct HelloFacts: Sendable {
    var legacyVersion: UInt16
    var sessionID: [UInt8]
    /// Type and length of the content, in order.
    var extensions: [(type: UInt16, length: Int)]

    /// `message` has the handshake header; `nil` when it ends early.
    init?(_ message: [UInt8]) {
        var reader = Reader(message)
        guard let type = reader.take(1), type == 1 || type == 2, reader.take(3) != nil,
            let version = reader.take(2), reader.bytes(32) != nil,
            let idLength = reader.take(1), let id = reader.bytes(idLength)
        else { return nil }
        legacyVersion = UInt16(version)
        sessionID = id
        if type == 1 {
            guard let suites = reader.take(2), reader.bytes(suites) != nil,
                let methods = reader.take(1), reader.bytes(methods) != nil
            else { return nil }
        } else {
            guard reader.take(3) != nil else { return nil }
        }
        extensions = []
        guard reader.take(2) != nil else { return }
        while let type = reader.take(2), let length = reader.take(2), reader.bytes(length) != nil {
            extensions.append((UInt16(type), length))
        }
    }

    func has(_ type: UInt16) -> Bool { extensions.contains { $0.type == type } }

    /// Of a ServerHello: supported_versions stands in it from TLS 1.3 on (RFC 8446 §4.2.1).
    var chosenVersion: TLSOptions.Version? {
        has(ExtensionType.supportedVersions)
            ? .tls13 : TLSOptions.Version(rawValue: legacyVersion)
    }

    /// Numbers of the IANA registry “TLS ExtensionType Values”, 2026-01.
    enum ExtensionType {
        static let sessionTicket: UInt16 = 35
        static let preSharedKey: UInt16 = 41
        static let supportedVersions: UInt16 = 43
        /// RFC 5746 §3.2.
        static let renegotiationInfo: UInt16 = 0xFF01
    }

    private struct Reader {
        private let all: [UInt8]
        private var offset = 0

        init(_ all: [UInt8]) { self.all = all }

        mutating func bytes(_ count: Int) -> [UInt8]? {
            guard count <= all.count - offset else { return nil }
            defer { offset += count }
            return Array(all[offset..<offset + count])
        }

        mutating func take(_ count: Int) -> Int? {
            bytes(count).map { $0.reduce(0) { $0 << 8 | Int($1) } }
        }
    }
}
