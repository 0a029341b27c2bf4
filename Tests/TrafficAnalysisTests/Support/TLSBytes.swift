/// Messages of TLS in clear, just enough of them.
enum TLSBytes {
    static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [type, 3, 3] + big16(UInt16(content.count)) + content
    }

    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type] + Array(big32(UInt32(body.count)).dropFirst()) + body
    }

    private static func vector(_ content: [UInt8]) -> [UInt8] {
        big16(UInt16(content.count)) + content
    }

    static func clientHello(
        name: String = "shop.example", ticket: [UInt8]? = nil, session: [UInt8] = []
    ) -> [UInt8] {
        var extensions = [0, 0] + vector(vector([0] + vector(Array(name.utf8))))
        if let ticket { extensions += [0, 35] + vector(ticket) }
        let body =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [UInt8(session.count)] + session
            + vector([0xC0, 0x2F]) + [1, 0] + vector(extensions)
        return record(22, message(1, body))
    }

    static func serverHello(session: [UInt8] = [], isTLS13: Bool = false) -> [UInt8] {
        let suite: [UInt8] = isTLS13 ? [0x13, 1, 0] : [0xC0, 0x2F, 0]
        // supported_versions (RFC 8446 §4.2.1)
        let extensions: [UInt8] = isTLS13 ? vector([0, 43, 0, 2, 3, 4]) : []
        let body =
            [3, 3] + [UInt8](repeating: 9, count: 32) + [UInt8(session.count)] + session + suite
            + extensions
        return record(22, message(2, body))
    }

    static func certificates(_ chain: [[UInt8]]) -> [UInt8] {
        let list = chain.flatMap { Array(big32(UInt32($0.count)).dropFirst()) + $0 }
        let body = Array(big32(UInt32(list.count)).dropFirst()) + list
        return record(22, message(11, body))
    }

    static let changeCipherSpec = record(20, [1])
    static let finished = record(22, [UInt8](repeating: 0xEE, count: 40))

    static func data(_ count: Int) -> [UInt8] { record(23, [UInt8](repeating: 0xDD, count: count)) }

    // MARK: Certificates

    private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 128 { return [tag, UInt8(count)] + content }
        return [tag, 0x82] + big16(UInt16(count)) + content
    }

    private static func name(_ text: String) -> [UInt8] {
        let pair = der(0x30, der(6, [0x55, 4, 3]) + der(0x0C, Array(text.utf8)))
        return der(0x30, der(0x31, pair))
    }

    /// - Parameters:
    ///   - from: UTCTime, as `260101000000Z`.
    ///   - fetch: whether it says where its issuer's certificate is to be had.
    static func certificate(
        subject: String, issuer: String, names: [String] = [], from: String = "260101000000Z",
        to: String = "291231235959Z", fetch: Bool = false
    ) -> [UInt8] {
        var extensions: [UInt8] = []
        if !names.isEmpty {
            let list = names.flatMap { der(0x82, Array($0.utf8)) }
            extensions += der(0x30, der(6, [0x55, 0x1D, 0x11]) + der(4, der(0x30, list)))
        }
        if fetch {
            let method = der(6, [0x2B, 6, 1, 5, 5, 7, 0x30, 2])
            let access = der(0x30, method + der(0x86, Array("http://ca.example/".utf8)))
            let value = der(0x30, access)
            extensions += der(0x30, der(6, [0x2B, 6, 1, 5, 5, 7, 1, 1]) + der(4, value))
        }
        var body = der(0xA0, der(2, [2])) + der(2, [1]) + der(0x30, der(6, [0x2A])) + name(issuer)
        body += der(0x30, der(0x17, Array(from.utf8)) + der(0x17, Array(to.utf8)))
        body += name(subject) + der(0x30, [])
        if !extensions.isEmpty { body += der(0xA3, der(0x30, extensions)) }
        return der(0x30, der(0x30, body) + der(0x30, []) + der(3, [0]))
    }
}
