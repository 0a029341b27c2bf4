/// How the end of a response's body is found (RFC 9112 §6.3).
enum HTTPFraming: Equatable, Sendable {
    /// The status or the method allows none.
    case none
    case length(UInt64)
    case chunked
    /// The body ends with the connection.
    case untilClose
    /// 101, or 2xx to CONNECT: what follows is another protocol.
    case upgraded

    /// - Parameter method: of the request that is answered.
    init(_ head: HTTPHead, method: String, faults: inout [HTTPFault]) throws(HTTPFault) {
        if head.status == 101 || (method == "CONNECT" && 200..<300 ~= head.status) {
            self = .upgraded
            return
        }
        if method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304 {
            self = .none
            return
        }
        let codings = head.list("transfer-encoding").map { $0.lowercased() }
        let length = try Self.length(head)
        if !codings.isEmpty {
            if length != nil { faults.append(.lengthAndChunked) }
            self = codings.last == "chunked" ? .chunked : .untilClose
        } else if let length {
            self = .length(length)
        } else {
            self = .untilClose
        }
    }

    /// The same value repeated is one value (RFC 9110 §8.6); different ones cannot be recovered.
    private static func length(_ head: HTTPHead) throws(HTTPFault) -> UInt64? {
        var found: UInt64?
        for element in head.list("content-length") {
            guard let value = decimal(element) else { throw .lengthInvalid }
            if let found, found != value { throw .lengthsDiffer }
            found = value
        }
        return found
    }

    /// Digits only: `UInt64("+5")` would be 5.
    private static func decimal(_ text: String) -> UInt64? {
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return UInt64(text)
    }
}
