/// What is needed of a certificate to say whose it is and whether it is past its date.
struct CertificateSummary: Hashable, Sendable {
    /// Common name, or organisation where there is none; at most 128 bytes, raw.
    var subject: String
    var issuer: String
    /// The whole names in a form that compares equal as RFC 5280, 7.1 wants it.
    var subjectKey: [UInt8]
    var issuerKey: [UInt8]
    /// Seconds since 1970; `nil` when it could not be read.
    var notAfter: Int64?

    func isExpired(at time: Int64) -> Bool { notAfter.map { $0 < time } ?? false }
}

/// Takes certificates from PEM text (RFC 7468).
enum PEMCertificates {
    static func all(in text: String) -> [CertificateSummary] {
        var found: [CertificateSummary] = []
        var body: [UInt8]?
        for line in text.utf8.split(separator: 0x0A) {
            if line.starts(with: "-----BEGIN CERTIFICATE".utf8) {
                body = []
            } else if line.starts(with: "-----END".utf8) {
                if let bytes = body, let certificate = CertificateReader.summary(base64(bytes)) {
                    found.append(certificate)
                }
                body = nil
            } else if body != nil, (body?.count ?? 0) < 64 << 10 {
                body?.append(contentsOf: line)
            }
        }
        return found
    }

    private static func base64(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for character in text {
            let value: UInt8
            switch character {
            case 0x41...0x5A: value = character - 0x41
            case 0x61...0x7A: value = character - 0x61 + 26
            case 0x30...0x39: value = character - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}

/// Walks over a certificate (RFC 5280, 4.1) to its names and dates.
enum CertificateReader {
    static func summary(_ bytes: [UInt8]) -> CertificateSummary? {
        var outer = DER(bytes[...])
        guard var certificate = outer.enter(0x30), var body = certificate.enter(0x30) else {
            return nil
        }
        _ = body.enter(0xA0)  // version
        guard body.enter(0x02) != nil, body.enter(0x30) != nil, let issuer = body.enter(0x30),
            var validity = body.enter(0x30), validity.skip(), let subject = body.enter(0x30)
        else { return nil }
        return CertificateSummary(
            subject: text(subject), issuer: text(issuer), subjectKey: key(subject),
            issuerKey: key(issuer), notAfter: validity.time())
    }

    private static func text(_ name: DER) -> String {
        var organisation = ""
        for (type, value) in attributes(name) {
            let text = String(decoding: value.prefix(128), as: UTF8.self)
            if type.elementsEqual([0x55, 0x04, 0x03]) { return text }
            if type.elementsEqual([0x55, 0x04, 0x0A]) { organisation = text }
        }
        return organisation
    }

    /// Types and values, whatever kind of string they are; letters small, blanks single.
    private static func key(_ name: DER) -> [UInt8] {
        var key: [UInt8] = []
        for (type, value) in attributes(name) {
            key += type
            key.append(0)
            for word in value.split(separator: UInt8(ascii: " ")) {
                key += word.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 }
                key.append(UInt8(ascii: " "))
            }
            key.append(0)
        }
        return key
    }

    private static func attributes(_ name: DER) -> [(ArraySlice<UInt8>, ArraySlice<UInt8>)] {
        var name = name
        var found: [(ArraySlice<UInt8>, ArraySlice<UInt8>)] = []
        while var set = name.enter(0x31) {
            while var attribute = set.enter(0x30) {
                guard let type = attribute.enter(0x06), let value = attribute.value() else {
                    continue
                }
                found.append((type.rest, value))
            }
        }
        return found
    }
}

/// Bytes in the distinguished encoding rules (X.690), read from the front.
struct DER {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The contents of the next element when it has this tag; else nothing is consumed.
    mutating func enter(_ tag: UInt8) -> DER? {
        guard rest.first == tag else { return nil }
        return value().map(DER.init)
    }

    mutating func skip() -> Bool { value() != nil }

    mutating func value() -> ArraySlice<UInt8>? {
        let bytes = rest.dropFirst()
        guard let first = bytes.first else { return nil }
        var length = Int(first)
        var body = bytes.dropFirst()
        if first >= 0x80 {
            let count = Int(first & 0x7F)
            guard count >= 1, count <= 4, body.count >= count else { return nil }
            length = body.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            body = body.dropFirst(count)
        }
        guard length <= body.count else { return nil }
        rest = body.dropFirst(length)
        return body.prefix(length)
    }

    /// UTCTime (two digits of year, 50 to 49) or GeneralizedTime, both with `Z`.
    mutating func time() -> Int64? {
        let isShort = rest.first == 0x17
        guard isShort || rest.first == 0x18, let value = value() else { return nil }
        var digits = value.compactMap { $0 >= 0x30 && $0 <= 0x39 ? Int64($0 - 0x30) : nil }
        if isShort, digits.count == 12 { digits = (digits[0] >= 5 ? [1, 9] : [2, 0]) + digits }
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int64 { digits[range].reduce(0) { $0 * 10 + $1 } }
        let days = Self.days(year: number(0..<4), month: number(4..<6), day: number(6..<8))
        return days * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + number(12..<14)
    }

    /// Days since 1970-01-01 in the Gregorian calendar, years counted from March.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }
}
