/// A resource record (RFC 1035 §4.1.3): name, type, class, TTL, length of data, data.
public struct DNSRecord: Hashable, Sendable {
    /// What the data says, for the types that are read.
    public enum Content: Hashable, Sendable {
        case address(IPAddress)
        /// CNAME, NS, PTR.
        case name(DNSName)
        case authority(StartOfAuthority)
        /// Any other type: the number of bytes.
        case other(Int)
    }

    /// The fields of SOA (RFC 1035 §3.3.13) that say whose zone it is and how long "no" is kept.
    public struct StartOfAuthority: Hashable, Sendable {
        public var primary: DNSName
        public var serial: UInt32
        /// In seconds; with the record's own TTL the longest a negative answer is kept
        /// (RFC 2308 §4).
        public var minimum: UInt32
    }

    public var name: DNSName
    public var type: DNSType
    public var recordClass: UInt16
    /// In seconds; in OPT it holds flags.
    public var ttl: UInt32
    public var content: Content

    init(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DissectionError) {
        name = try DNSName(bytes, &cursor)
        type = DNSType(rawValue: try cursor.uint16(bytes))
        recordClass = try cursor.uint16(bytes)
        ttl = try cursor.uint32(bytes)
        let length = Int(try cursor.uint16(bytes))
        let range = try cursor.take(length)
        content = try Self.content(type, bytes, range)
    }

    private static func content(
        _ type: DNSType, _ bytes: RawSpan, _ range: Range<Int>
    ) throws(DissectionError) -> Content {
        // Names in the data may point to anywhere before, so the whole message is read from.
        var cursor = ByteCursor(bytes, from: range.lowerBound)
        switch type {
        case .a:
            guard range.count == 4 else { throw .malformed("A record that is not 4 bytes long") }
            return .address(IPAddress(ipv4: bytes.uint32(at: range.lowerBound)))
        case .aaaa:
            guard range.count == 16 else { throw .malformed("AAAA record not of 16 bytes") }
            return .address(
                IPAddress(
                    high: bytes.uint64(at: range.lowerBound),
                    low: bytes.uint64(at: range.lowerBound + 8)))
        case .cname, .ns, .ptr:
            let name = try DNSName(bytes, &cursor)
            guard cursor.offset == range.upperBound else {
                throw .malformed("name that does not fill its record")
            }
            return .name(name)
        case .soa:
            let primary = try DNSName(bytes, &cursor)
            _ = try DNSName(bytes, &cursor)
            guard range.upperBound - cursor.offset == 20 else {
                throw .malformed("SOA record of a wrong length")
            }
            return .authority(
                StartOfAuthority(
                    primary: primary, serial: bytes.uint32(at: cursor.offset),
                    minimum: bytes.uint32(at: cursor.offset + 16)))
        default: return .other(range.count)
        }
    }
}

/// A type of resource record (IANA "DNS Parameters").
public struct DNSType: Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let a = DNSType(rawValue: 1)
    public static let ns = DNSType(rawValue: 2)
    public static let cname = DNSType(rawValue: 5)
    public static let soa = DNSType(rawValue: 6)
    public static let ptr = DNSType(rawValue: 12)
    public static let aaaa = DNSType(rawValue: 28)
    public static let opt = DNSType(rawValue: 41)

    /// IANA's name, or `TYPE` and the number (RFC 3597 §5).
    public var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }

    /// What turns up in traffic, of the registry "Resource Record (RR) TYPEs"
    /// (https://www.iana.org/assignments/dns-parameters); `ANY` is dig's word for its `*`.
    private static let names: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT",
        17: "RP", 18: "AFSDB", 24: "SIG", 25: "KEY", 28: "AAAA", 29: "LOC", 33: "SRV",
        35: "NAPTR", 36: "KX", 37: "CERT", 39: "DNAME", 41: "OPT", 42: "APL", 43: "DS",
        44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 49: "DHCID",
        50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA", 55: "HIP", 59: "CDS",
        60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC", 63: "ZONEMD", 64: "SVCB", 65: "HTTPS",
        99: "SPF", 108: "EUI48", 109: "EUI64", 249: "TKEY", 250: "TSIG", 251: "IXFR",
        252: "AXFR", 255: "ANY", 256: "URI", 257: "CAA", 32769: "DLV",
    ]
}
