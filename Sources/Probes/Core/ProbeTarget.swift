/// Where a probe goes: what is spoken there, the host and the port, and a path where one is spoken.
///
/// Written `host:port`, `https://host/path`, `tls://[2001:db8::1]:8443`.
public struct ProbeTarget: Hashable, Sendable {
    public enum Scheme: String, CaseIterable, Sendable {
        case tcp, tls, http, https, smtp, imap, pop3, ldap, postgres, mysql, dns

        /// The registered port (IANA service names, 2026-01); `nil` where the port must be given.
        public var defaultPort: UInt16? {
            switch self {
            case .tcp: nil
            case .tls, .https: 443
            case .http: 80
            case .smtp: 25
            case .imap: 143
            case .pop3: 110
            case .ldap: 389
            case .postgres: 5432
            case .mysql: 3306
            case .dns: 53
            }
        }

        /// Whether the first bytes on the connection are a ClientHello.
        public var startsWithTLS: Bool { self == .tls || self == .https }
    }

    public var scheme: Scheme
    /// A name or an address, without brackets; a zone (`%eth0`) stays in it.
    public var host: String
    public var port: UInt16
    /// Begins with `/`; holds the query. `/` where nothing was given.
    public var path: String

    public init(scheme: Scheme, host: String, port: UInt16, path: String = "/") {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
    }

    /// `host:port`, an IPv6 address in brackets.
    public var authority: String {
        "\(bracketedHost):\(port)"
    }

    /// What HTTP's Host field says (RFC 9110 §7.2): the port only where it is not the usual one.
    var hostField: String {
        // A zone is of this host only (RFC 6874 §4).
        let name = host.prefix { $0 != "%" }
        let bracketed = name.contains(":") ? "[\(name)]" : String(name)
        return port == scheme.defaultPort ? bracketed : "\(bracketed):\(port)"
    }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}

extension ProbeTarget: CustomStringConvertible {
    public var description: String {
        "\(scheme.rawValue)://\(authority)\(path == "/" ? "" : path)"
    }
}

/// What is wrong with a target that a person wrote.
public struct ProbeTargetError: Error, Hashable, Sendable {
    public var text: String
    /// One-based line of a file of targets; `nil` for a single target.
    public var line: Int?
    /// One-based, in characters.
    public var column: Int
    public var fault: String
    public var suggestion: String
}
