/// Whether a direction's first bytes are a request of HTTP/1 (RFC 9112 §3) or HTTP/2's preface.
///
/// Other protocols have the same words (`CONNECT {…}` of NATS, `GET key` of Redis), so the target's
/// first byte is asked too.
@inlinable
public func looksLikeHTTPRequest(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 8 else { return false }
    // The first four bytes of the methods of RFC 9110 §9, RFC 5789 and RFC 9113 §3.4.
    let target: Int
    switch bytes.uint32(at: 0) {
    case 0x4745_5420: target = 4  // "GET "
    case 0x5055_5420: target = 4  // "PUT "
    case 0x5052_4920: return bytes.uint32(at: 4) == 0x2A20_4854  // "PRI ", "* HT"
    case 0x504F_5354 where bytes.byte(at: 4) == 0x20: target = 5  // "POST"
    case 0x4845_4144 where bytes.byte(at: 4) == 0x20: target = 5  // "HEAD"
    case 0x4445_4C45 where bytes.uint32(at: 3) == 0x4554_4520: target = 7  // "DELE", "ETE "
    case 0x4F50_5449 where bytes.uint32(at: 4) == 0x4F4E_5320: target = 8  // "OPTI", "ONS "
    case 0x5452_4143 where bytes.uint16(at: 4) == 0x4520: target = 6  // "TRAC", "E "
    case 0x5041_5443 where bytes.uint16(at: 4) == 0x4820: target = 6  // "PATC", "H "
    case 0x434F_4E4E where bytes.uint32(at: 4) == 0x4543_5420:  // "CONN", "ECT "
        // A name, an IPv4 address, or an IPv6 address in brackets (§3.2.3).
        if bytes.byteCount == 8 { return true }
        let first = bytes.byte(at: 8)
        return first == 0x5B || 0x30...0x39 ~= first || 0x41...0x5A ~= first & 0xDF
    default: return false
    }
    if target == bytes.byteCount { return true }
    // A path, the whole URI of a request to a proxy ("http…"), "*" (§3.2).
    let first = bytes.byte(at: target)
    return first == 0x2F || first & 0xDF == 0x48 || first == 0x2A
}

/// Whether a direction's first bytes are a response of HTTP/1 (RFC 9112 §4): `HTTP/1.`.
@inlinable
public func looksLikeHTTPResponse(_ bytes: RawSpan) -> Bool {
    guard bytes.byteCount >= 8 else { return false }
    return bytes.uint32(at: 0) == 0x4854_5450 && bytes.uint32(at: 3) & 0x00FF_FFFF == 0x2F31_2E
}

/// The first line of a request.
public struct HTTPRequestHead: Equatable, Sendable {
    public var method: String
    public var target: String
    /// As sent: `HTTP/1.1`.
    public var version: String

    /// `nil` unless a whole request line stands in the first 8 KiB; bytes that are not UTF-8 are
    /// repaired.
    public init?(_ bytes: RawSpan) {
        guard looksLikeHTTPRequest(bytes) else { return nil }
        guard let line = lineRange(bytes, from: 0, limit: HTTPResponseHead.limit) else {
            return nil
        }
        let words = bytes.array(line.content).split(separator: UInt8(ascii: " "))
        guard words.count == 3, words[2].starts(with: "HTTP/".utf8) else { return nil }
        method = String(decoding: words[0], as: UTF8.self)
        target = String(decoding: words[1], as: UTF8.self)
        version = String(decoding: words[2], as: UTF8.self)
    }
}

/// The status line and the fields of a response.
public struct HTTPResponseHead: Sendable {
    /// 100 to 999.
    public var status: Int
    public var reason: String
    /// Names in lower case, in the order sent; only whole lines.
    public var headers: [(name: String, value: String)] = []
    /// The first byte after the head; the number of bytes when the head goes on beyond them.
    public var bodyOffset: Int
    /// The empty line that ends the head was seen.
    public var isComplete = false

    /// Heads are read up to here, in bytes; servers commonly refuse longer ones (nginx: 8 KiB).
    static let limit = 8192

    /// `nil` unless a whole status line stands in the first 8 KiB.
    public init?(_ bytes: RawSpan) {
        guard looksLikeHTTPResponse(bytes) else { return nil }
        guard let line = lineRange(bytes, from: 0, limit: Self.limit) else { return nil }
        // "HTTP/1.1 200 OK": the code has its place.
        guard line.content.count >= 12, bytes.byte(at: 8) == UInt8(ascii: " ") else { return nil }
        var status = 0
        for offset in 9..<12 {
            let digit = bytes.byte(at: offset)
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
            status = status * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard status >= 100 else { return nil }
        self.status = status
        reason = bytes.text(min(13, line.content.upperBound)..<line.content.upperBound)
        bodyOffset = bytes.byteCount
        readFields(bytes, from: line.next)
    }

    /// The value of the first field called `name` (lower case).
    public func value(of name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    private mutating func readFields(_ bytes: RawSpan, from start: Int) {
        var offset = start
        while let line = lineRange(bytes, from: offset, limit: Self.limit) {
            offset = line.next
            if line.content.isEmpty {
                bodyOffset = offset
                isComplete = true
                return
            }
            let text = bytes.array(line.content)
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: text[..<colon], as: UTF8.self).lowercased()
            headers.append((name, String(decoding: trimmed(text[(colon + 1)...]), as: UTF8.self)))
        }
    }
}

/// A line from `start` without its end (CR LF, or LF alone: RFC 9112 §2.2), and where the next
/// begins; `nil` when no line ends before `limit`.
func lineRange(
    _ bytes: RawSpan, from start: Int, limit: Int
) -> (content: Range<Int>, next: Int)? {
    let end = min(bytes.byteCount, limit)
    guard start < end, let offset = bytes.firstOffset(of: 0x0A, in: start..<end) else { return nil }
    let hasReturn = offset > start && bytes.byte(at: offset - 1) == 0x0D
    return (start..<(hasReturn ? offset - 1 : offset), offset + 1)
}

/// Without spaces and tabs at both ends.
private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
}
