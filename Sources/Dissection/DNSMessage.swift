/// A DNS message of UDP, or of TCP without its length of two bytes (RFC 1035 §4.1).
///
/// ```
/// 0 id · 2 flags · 4 QDCOUNT · 6 ANCOUNT · 8 NSCOUNT · 10 ARCOUNT · 12 the four sections
/// ```
public struct DNSMessage: Equatable, Sendable {
    public struct Question: Hashable, Sendable {
        public var name: DNSName
        public var type: DNSType
        /// 1 is the Internet (IN).
        public var recordClass: UInt16

        public init(name: DNSName, type: DNSType, recordClass: UInt16 = 1) {
            self.name = name
            self.type = type
            self.recordClass = recordClass
        }
    }

    /// What the OPT pseudo-record says (RFC 6891 §6.1.2, §6.1.3).
    public struct EDNS: Hashable, Sendable {
        /// The largest UDP message that the sender can take, in bytes.
        public var payloadSize: UInt16
        public var version: UInt8
        /// DO, "DNSSEC OK" (RFC 3225).
        public var dnssecOK: Bool

        public init(payloadSize: UInt16, version: UInt8 = 0, dnssecOK: Bool = false) {
            self.payloadSize = payloadSize
            self.version = version
            self.dnssecOK = dnssecOK
        }
    }

    public var id: UInt16
    public var flags: DNSFlags
    public var questions: [Question] = []
    public var answers: [DNSRecord] = []
    public var authorities: [DNSRecord] = []
    /// Without the OPT record, which is in `edns`.
    public var additionals: [DNSRecord] = []
    public var edns: EDNS?
    /// With the upper eight bits of EDNS; 0 is no error.
    public var responseCode: DNSResponseCode

    /// Longer than any message may be is not read (a TCP length has 16 bits).
    public static let limit = 65535

    /// Reads a message; bytes after it are let pass, as resolvers do.
    ///
    /// - Parameter mayBeCut: only the beginning may be there, as with a capture's snap length: then
    ///   the records that can be read are all there are.
    /// - Throws: `truncated` when records are missing that the header announces and TC does not
    ///   say so; `malformed` when a field contradicts the format.
    public init(_ bytes: RawSpan, mayBeCut: Bool = false) throws(DissectionError) {
        guard bytes.byteCount <= Self.limit else { throw .malformed("over 65535 bytes") }
        var cursor = ByteCursor(bytes)
        id = try cursor.uint16(bytes)
        flags = DNSFlags(rawValue: try cursor.uint16(bytes))
        responseCode = DNSResponseCode(rawValue: flags.rawValue & 0xF)
        let questionCount = Int(try cursor.uint16(bytes))
        let answerCount = Int(try cursor.uint16(bytes))
        let authorityCount = Int(try cursor.uint16(bytes))
        let additionalCount = Int(try cursor.uint16(bytes))
        for _ in 0..<questionCount {
            let name = try DNSName(bytes, &cursor)
            let type = DNSType(rawValue: try cursor.uint16(bytes))
            questions.append(
                Question(name: name, type: type, recordClass: try cursor.uint16(bytes)))
        }
        do throws(DissectionError) {
            try Self.read(answerCount, bytes, &cursor, into: &answers)
            try Self.read(authorityCount, bytes, &cursor, into: &authorities)
            try Self.read(additionalCount, bytes, &cursor, into: &additionals)
        } catch {
            // Some servers cut between records without lowering the counts; TC says so.
            let isSaid = if case .truncated = error { flags.contains(.truncated) } else { false }
            guard mayBeCut || isSaid else { throw error }
        }
        takeEDNS()
    }

    private static func read(
        _ count: Int, _ bytes: RawSpan, _ cursor: inout ByteCursor, into records: inout [DNSRecord]
    ) throws(DissectionError) {
        for _ in 0..<count { records.append(try DNSRecord(bytes, &cursor)) }
    }

    private mutating func takeEDNS() {
        guard let index = additionals.firstIndex(where: { $0.type == .opt }) else { return }
        let record = additionals.remove(at: index)
        edns = EDNS(
            payloadSize: record.recordClass,
            version: UInt8(truncatingIfNeeded: record.ttl >> 16),
            dnssecOK: record.ttl & 0x8000 != 0)
        responseCode = DNSResponseCode(
            rawValue: UInt16(record.ttl >> 24) << 4 | responseCode.rawValue)
    }
}

/// The bits of the header's second word (RFC 1035 §4.1.1, RFC 4035 §3).
public struct DNSFlags: OptionSet, Hashable, Sendable {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// QR: an answer, not a query.
    public static let response = DNSFlags(rawValue: 0x8000)
    /// AA: by a server that holds the zone.
    public static let authoritative = DNSFlags(rawValue: 0x0400)
    /// TC: did not fit; ask again over TCP.
    public static let truncated = DNSFlags(rawValue: 0x0200)
    /// RD: please ask on my behalf.
    public static let recursionDesired = DNSFlags(rawValue: 0x0100)
    /// RA: the server asks on others' behalf.
    public static let recursionAvailable = DNSFlags(rawValue: 0x0080)
    /// AD: the server has validated this.
    public static let authenticated = DNSFlags(rawValue: 0x0020)
    /// CD: do not validate.
    public static let checkingDisabled = DNSFlags(rawValue: 0x0010)
}

/// A response code, the four bits of the header and the eight of EDNS (RFC 6895 §2.3).
public struct DNSResponseCode: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let noError = DNSResponseCode(rawValue: 0)
    public static let formatError = DNSResponseCode(rawValue: 1)
    public static let serverFailure = DNSResponseCode(rawValue: 2)
    public static let nameError = DNSResponseCode(rawValue: 3)
    public static let notImplemented = DNSResponseCode(rawValue: 4)
    public static let refused = DNSResponseCode(rawValue: 5)
    public static let badVersion = DNSResponseCode(rawValue: 16)

    /// IANA's name, as `dig` prints it.
    public var description: String {
        let names: [UInt16: String] = [
            0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
            6: "YXDOMAIN", 7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS",
        ]
        return names[rawValue] ?? "RCODE\(rawValue)"
    }
}
