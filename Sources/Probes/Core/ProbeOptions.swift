public import Casebook

/// What a person may choose about probes; each probe reads what concerns it.
public struct ProbeOptions: Hashable, Sendable {
    public enum Family: String, CaseIterable, Sendable { case any, ipv4, ipv6 }

    /// Which name the ClientHello asks for (RFC 6066 §3).
    public enum ServerName: Hashable, Sendable {
        /// The host of the target, unless it is an address.
        case host
        case name(String)
        case off
    }

    /// Seconds that one attempt (connect, handshake and answer together) may take. The findings
    /// that speak of silence need 10.
    public var timeout: Double = 10
    public var family: Family = .any
    /// Numeric addresses to ask in place of those that the target's name has.
    public var addresses: [String] = []
    /// A local address to connect from.
    public var sourceAddress: String?
    /// A second local address, for comparisons of sources.
    public var otherSourceAddress: String?
    public var sourcePort: UInt16?

    public var tls = TLSOptions()
    public var dns = DNSOptions()
    public var tcp = TCPProbeOptions()
    public var http = HTTPOptions()

    /// What the target may be made to bear.
    public var allowed = EffectClass.normal
    /// How often a probe that counts repeats; `nil` leaves it to the probe.
    public var count: Int?
    /// Starts of connections a second to one host and port.
    public var connectionsPerSecond: Double = 50
    /// A backend to compare the target with, asked directly.
    public var backend: ProbeTarget?
    /// Header lines added to HTTP requests: name and value.
    public var headers: [HeaderField] = []
    /// Nanoseconds since 1970-01-01T00:00:00Z by which certificates are judged; `nil` is now.
    public var referenceTime: Int64?
    /// The longest that a silent connection is held, in seconds.
    public var holdSeconds: Double = 3

    public init() {}

    public struct HeaderField: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// How TLS is to be spoken.
public struct TLSOptions: Hashable, Sendable {
    public enum Version: UInt16, CaseIterable, Comparable, Sendable {
        case tls10 = 0x0301
        case tls11 = 0x0302
        case tls12 = 0x0303
        case tls13 = 0x0304

        public static func < (left: Version, right: Version) -> Bool {
            left.rawValue < right.rawValue
        }

        public var name: String { "TLS 1.\(rawValue - 0x0301)" }
    }

    public var serverName = ProbeOptions.ServerName.host
    /// Offered in this order; empty: no extension (probes of HTTP offer h2 and http/1.1).
    public var applicationProtocols: [String] = []
    public var lowest: Version?
    public var highest: Version?
    /// OpenSSL's list of suites up to TLS 1.2, and of TLS 1.3; `nil` is the library's default.
    public var ciphers: String?
    public var ciphersuites: String?
    /// OpenSSL's list of groups, `X25519:P-256`.
    public var groups: String?
    /// PEM files.
    public var clientCertificateFile: String?
    public var clientKeyFile: String?
    /// PEM file of roots; `nil` is the system's trust store.
    public var trustFile: String?
    /// Whether issuers that a certificate names (RFC 5280 §4.2.2.1) may be fetched over HTTP.
    public var fetchesIssuers = true
    /// Bytes of the ClientHello message, header included, that are to be reached by padding.
    public var helloSize: Int?
    /// Secrets are appended here in the format of NSS key logs, for the user's own Wireshark.
    public var keyLogFile: String?

    public init() {}
}
