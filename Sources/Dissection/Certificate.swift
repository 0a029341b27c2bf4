/// What a certificate says of its time, its names and who signed it (RFC 5280 §4.1); signatures are
/// not checked.
///
/// It is read here and not through OpenSSL, since what comes from a capture has to be bounded and
/// must not trap, and since the analysis of captures then needs no library of its own.
public struct Certificate: Equatable, Sendable {
    /// Seconds since 1970.
    public var notBefore: Int64
    public var notAfter: Int64
    /// DER of the names, to be compared; RFC 5280 §7.1 would fold case, which issuers do not need.
    public var subject: [UInt8]
    public var issuer: [UInt8]
    /// The last common name of the subject.
    public var commonName: String?
    /// The common name, else the organisation, of the issuer.
    public var issuerName: String?
    /// dNSName of the subject's alternative names, the first 256.
    public var dnsNames: [String] = []
    /// iPAddress of them: 4 or 16 bytes.
    public var addresses: [[UInt8]] = []
    public var hasAlternativeNames = false
    /// It says where its issuer's certificate is to be had (RFC 5280 §4.2.2.1, caIssuers).
    public var namesIssuerLocation = false

    static let nameLimit = 256

    public var isSelfIssued: Bool { subject == issuer }

    /// `nil` when the bytes are no certificate.
    public init?(_ bytes: RawSpan, _ range: Range<Int>) {
        var outer = DERReader(range)
        guard let whole = outer.next(bytes, tag: 0x30) else { return nil }
        var certificate = DERReader(whole.content)
        guard let body = certificate.next(bytes, tag: 0x30) else { return nil }
        var fields = DERReader(body.content)
        _ = fields.next(bytes, tag: 0xA0)
        guard fields.next(bytes, tag: 0x02) != nil, fields.next(bytes, tag: 0x30) != nil,
            let issuer = fields.next(bytes, tag: 0x30),
            let validity = fields.next(bytes, tag: 0x30),
            let subject = fields.next(bytes, tag: 0x30),
            fields.next(bytes, tag: 0x30) != nil
        else { return nil }
        var times = DERReader(validity.content)
        guard let first = times.next(bytes), let last = times.next(bytes),
            let notBefore = Self.time(bytes, first), let notAfter = Self.time(bytes, last)
        else { return nil }
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.subject = bytes.array(subject.whole)
        self.issuer = bytes.array(issuer.whole)
        commonName = Self.name(bytes, subject.content, attribute: 3)
        issuerName =
            Self.name(bytes, issuer.content, attribute: 3)
            ?? Self.name(bytes, issuer.content, attribute: 10)
        _ = fields.next(bytes, tag: 0x81)
        _ = fields.next(bytes, tag: 0x82)
        if let extensions = fields.next(bytes, tag: 0xA3) {
            readExtensions(bytes, extensions.content)
        }
    }

    /// Whether the certificate is for `host`: RFC 6125 §6.4, a `*` standing for one whole label at
    /// the left. Only without alternative names does the common name count.
    public func isFor(_ host: String) -> Bool {
        if let address = IPAddress(host) {
            return addresses.contains(address.bytes)
        }
        let names = hasAlternativeNames ? dnsNames : commonName.map { [$0] } ?? []
        let wanted = Self.labels(host)
        return names.contains { Self.matches(Self.labels($0), wanted) }
    }

    private static func labels(_ name: String) -> [Substring] {
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        return name.lowercased().split(separator: ".", omittingEmptySubsequences: false)
            .map { $0 }
    }

    private static func matches(_ pattern: [Substring], _ name: [Substring]) -> Bool {
        guard pattern.count == name.count, !name.isEmpty else { return false }
        if pattern == name { return true }
        return pattern[0] == "*" && pattern.count >= 3 && pattern.dropFirst() == name.dropFirst()
    }

    /// UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 wants them: to the second, in UTC.
    private static func time(_ bytes: RawSpan, _ element: DERReader.Element) -> Int64? {
        let text = bytes.array(element.content)
        guard text.last == UInt8(ascii: "Z") else { return nil }
        let digits = text.dropLast().map { Int64($0) - 48 }
        guard digits.allSatisfy({ 0...9 ~= $0 }) else { return nil }
        let isLong = element.tag == 0x18
        guard isLong || element.tag == 0x17, digits.count == (isLong ? 14 : 12) else { return nil }
        func number(_ place: Int) -> Int64 { digits[place] * 10 + digits[place + 1] }
        let rest = isLong ? 4 : 2
        let year = isLong ? number(0) * 100 + number(2) : number(0) + (number(0) < 50 ? 2000 : 1900)
        guard 1...12 ~= number(rest), 1...31 ~= number(rest + 2) else { return nil }
        let day = days(year, number(rest), number(rest + 2))
        return day * 86400 + number(rest + 4) * 3600 + number(rest + 6) * 60 + number(rest + 8)
    }

    /// Days since 1970 of a date of the Gregorian calendar, the year beginning in March.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let ofEra = year - era * 400
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// The last value of attribute 2.5.4.`attribute` (X.520) of a name, as text.
    private static func name(_ bytes: RawSpan, _ range: Range<Int>, attribute: UInt8) -> String? {
        var found: String?
        var sets = DERReader(range)
        while let set = sets.next(bytes, tag: 0x31) {
            var pairs = DERReader(set.content)
            while let pair = pairs.next(bytes, tag: 0x30) {
                var parts = DERReader(pair.content)
                guard let kind = parts.next(bytes, tag: 0x06), let value = parts.next(bytes),
                    bytes.array(kind.content) == [0x55, 0x04, attribute],
                    value.content.count <= 256
                else { continue }
                found = bytes.text(value.content)
            }
        }
        return found
    }

    private mutating func readExtensions(_ bytes: RawSpan, _ range: Range<Int>) {
        var outer = DERReader(range)
        guard let list = outer.next(bytes, tag: 0x30) else { return }
        var extensions = DERReader(list.content)
        while let one = extensions.next(bytes, tag: 0x30) {
            var parts = DERReader(one.content)
            guard let kind = parts.next(bytes, tag: 0x06) else { continue }
            _ = parts.next(bytes, tag: 0x01)
            guard let value = parts.next(bytes, tag: 0x04) else { continue }
            switch bytes.array(kind.content) {
            case [0x55, 0x1D, 0x11]: readAlternativeNames(bytes, value.content)
            // 1.3.6.1.5.5.7.1.1
            case [0x2B, 6, 1, 5, 5, 7, 1, 1]: readAuthorityAccess(bytes, value.content)
            default: break
            }
        }
    }

    private mutating func readAlternativeNames(_ bytes: RawSpan, _ range: Range<Int>) {
        var outer = DERReader(range)
        guard let list = outer.next(bytes, tag: 0x30) else { return }
        hasAlternativeNames = true
        var names = DERReader(list.content)
        while let name = names.next(bytes), dnsNames.count + addresses.count < Self.nameLimit {
            if name.tag == 0x82, name.content.count <= 255 {
                dnsNames.append(bytes.text(name.content))
            } else if name.tag == 0x87, name.content.count == 4 || name.content.count == 16 {
                addresses.append(bytes.array(name.content))
            }
        }
    }

    private mutating func readAuthorityAccess(_ bytes: RawSpan, _ range: Range<Int>) {
        var outer = DERReader(range)
        guard let list = outer.next(bytes, tag: 0x30) else { return }
        var descriptions = DERReader(list.content)
        while let one = descriptions.next(bytes, tag: 0x30) {
            var parts = DERReader(one.content)
            // 1.3.6.1.5.5.7.48.2
            if let method = parts.next(bytes, tag: 0x06),
                bytes.array(method.content) == [0x2B, 6, 1, 5, 5, 7, 0x30, 2]
            {
                namesIssuerLocation = true
            }
        }
    }
}
