extension HTTPHead {
    /// `HTTP/1.x SP 3DIGIT [SP reason]`; `nil` for anything else.
    init?(statusLine line: ArraySlice<UInt8>) {
        let line = Array(line)
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), line[8] == 0x20 else {
            return nil
        }
        guard 0x30...0x39 ~= line[7], line.count == 12 || line[12] == 0x20 else { return nil }
        var status = 0
        for digit in line[9..<12] {
            guard 0x30...0x39 ~= digit else { return nil }
            status = status * 10 + Int(digit - 0x30)
        }
        guard status >= 100 else { return nil }
        let reason = String(decoding: line.dropFirst(13).prefix(Self.reasonLimit), as: UTF8.self)
        self.init(minorVersion: line[7] - 0x30, status: status, reason: reason)
    }

    /// Bytes of the reason phrase that are kept; the longest registered one has 31.
    private static let reasonLimit = 256
}

extension HTTPHead.Field {
    /// `name ":" OWS value OWS`; blanks between name and colon are forgiven (RFC 9112 §5.1 lets a
    /// proxy remove them from answers). `nil` without a colon or a name.
    init?(line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { return nil }
        let name = trimmedText(String(decoding: line[..<colon], as: UTF8.self)).lowercased()
        guard !name.isEmpty else { return nil }
        let value = trimmedText(String(decoding: line[(colon + 1)...], as: UTF8.self))
        self.init(name: name, value: value)
    }
}
