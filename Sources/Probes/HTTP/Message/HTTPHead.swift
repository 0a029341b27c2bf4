/// The status line and the fields of one response of HTTP/1 (RFC 9112 §4, §5), as text that is
/// bounded by `HTTPBounds` and not fit for a terminal as it is.
struct HTTPHead: Equatable, Sendable {
    struct Field: Equatable, Sendable {
        /// In lower case.
        var name: String
        var value: String
    }

    /// The digit after `HTTP/1.`.
    var minorVersion: UInt8
    /// 100 to 999.
    var status: Int
    var reason: String
    /// In the order sent.
    var fields: [Field] = []
    /// Bytes with the empty line.
    var byteCount = 0

    /// The value of the first field called `name` (lower case).
    func value(of name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// The elements of all fields called `name`, split at commas and trimmed (RFC 9110 §5.6.1).
    func list(_ name: String) -> [String] {
        fields.filter { $0.name == name }
            .flatMap { $0.value.split(separator: ",").map { trimmedText($0) } }
            .filter { !$0.isEmpty }
    }

    /// Whether the connection may carry another request after this response (RFC 9112 §9.3).
    var keepsConnection: Bool {
        let options = list("connection").map { $0.lowercased() }
        if options.contains("close") { return false }
        return minorVersion >= 1 || options.contains("keep-alive")
    }

    /// The seconds of `Keep-Alive: timeout=N` (RFC 2068 §19.7.1), which servers announce.
    var keepAliveTimeout: Int? {
        for element in list("keep-alive") {
            let parts = element.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, trimmedText(parts[0]).lowercased() == "timeout" else {
                continue
            }
            return Int(trimmedText(parts[1]))
        }
        return nil
    }
}

/// Without blanks at both ends.
func trimmedText(_ text: some StringProtocol) -> String {
    var bytes = Array(text.utf8)[...]
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}
