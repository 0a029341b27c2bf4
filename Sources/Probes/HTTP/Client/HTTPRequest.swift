/// One request; `head` and `bytes` are how it goes over the wire in HTTP/1.1.
struct HTTPRequest: Sendable {
    var method = "GET"
    /// Origin form (RFC 9112 §3.2.1); what may not stand there is percent-encoded.
    var path: String
    /// The value of `Host`.
    var host: String
    var fields: [ProbeOptions.HeaderField] = []
    var body: [UInt8] = []

    func with(_ name: String, _ value: String) -> HTTPRequest {
        var copy = self
        copy.fields.append(.init(name: name, value: value))
        return copy
    }

    /// The bytes up to the empty line, which is included.
    var head: [UInt8] {
        let lines =
            ["\(Self.visible(method)) \(target) HTTP/1.1"]
            + sentFields.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// The path as the wire allows it.
    var target: String { Self.encoded(path) }

    /// All fields in the order of the wire, `Host` among them, cleaned.
    var sentFields: [ProbeOptions.HeaderField] {
        var all = [
            ProbeOptions.HeaderField(name: "Host", value: host),
            .init(name: "User-Agent", value: userAgent), .init(name: "Accept", value: "*/*"),
        ]
        // What a person gives stands in the place of ours.
        all.removeAll { ours in fields.contains { $0.name.lowercased() == ours.name.lowercased() } }
        if !body.isEmpty { all.append(.init(name: "Content-Length", value: "\(body.count)")) }
        return (all + fields).map {
            .init(name: Self.visible($0.name), value: Self.printable($0.value))
        }
    }

    var bytes: [UInt8] { head + body }

    private static func encoded(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return path.utf8.reduce(into: "") { text, byte in
            if 0x21...0x7E ~= byte {
                text.append(Character(Unicode.Scalar(byte)))
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// No line ends and no NUL: a value cannot become another field.
    private static func printable(_ value: String) -> String {
        String(
            value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    private static func visible(_ name: String) -> String {
        String(name.unicodeScalars.filter { 0x21...0x7E ~= $0.value }.map(Character.init))
    }
}

extension HTTPRequest {
    /// The request that the operator's target asks for.
    init(_ context: ProbeContext, method: String = "GET", path: String? = nil, host: String? = nil)
    {
        self.init(
            method: method, path: path ?? context.target.path,
            host: host ?? context.target.hostField, fields: context.options.headers)
    }
}
