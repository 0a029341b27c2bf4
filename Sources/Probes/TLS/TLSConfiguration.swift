/// What connections with one SSL_CTX have in common; equal values share it.
struct TLSConfiguration: Hashable, Sendable {
    var lowest: TLSOptions.Version?
    var highest: TLSOptions.Version?
    var ciphers: String?
    var ciphersuites: String?
    var groups: String?
    var applicationProtocols: [String] = []
    var clientCertificateFile: String?
    var clientKeyFile: String?
    var keyLogFile: String?
    /// SSL_OP_NO_TICKET off or on: RFC 5077 tickets in TLS 1.2, stateless ones in TLS 1.3.
    var offersTickets = true
    /// Old versions and weak suites may be offered: for asking what a server supports.
    var allowsLegacy = false
    var asksForStaple = false

    init(_ options: TLSOptions) {
        // What clients offer today, whatever this host's openssl.cnf says.
        lowest = options.lowest ?? options.highest.map { min($0, .tls12) } ?? .tls12
        highest = options.highest
        // OpenSSL signs nothing for TLS 1.1 and below at its usual security level.
        let chosen = [options.lowest, options.highest].compactMap(\.self)
        allowsLegacy = chosen.contains { $0 < .tls12 }
        ciphers = options.ciphers
        ciphersuites = options.ciphersuites
        groups = options.groups
        applicationProtocols = options.applicationProtocols
        clientCertificateFile = options.clientCertificateFile
        clientKeyFile = options.clientKeyFile ?? options.clientCertificateFile
        keyLogFile = options.keyLogFile
    }

    /// Pinned to one version.
    func only(_ version: TLSOptions.Version) -> TLSConfiguration {
        var copy = self
        copy.lowest = version
        copy.highest = version
        copy.allowsLegacy = copy.allowsLegacy || version < .tls12
        return copy
    }

    func without(tickets: Bool) -> TLSConfiguration {
        var copy = self
        copy.offersTickets = !tickets
        return copy
    }
}

extension ProbeContext {
    /// What the user's options ask for; HTTP over TLS offers h2 and http/1.1 unless told otherwise.
    var tlsConfiguration: TLSConfiguration {
        var configuration = TLSConfiguration(options.tls)
        if target.scheme == .https, configuration.applicationProtocols.isEmpty {
            configuration.applicationProtocols = ["h2", "http/1.1"]
        }
        return configuration
    }

    /// As long as the user's options ask for.
    var helloShape: TLSConnection.HelloShape { .init(size: options.tls.helloSize) }

    /// The name that the ClientHello carries; `nil` for none (RFC 6066 §3 wants no addresses).
    var serverName: String? {
        switch options.tls.serverName {
        case .off: nil
        case .name(let name): name
        case .host: SocketAddress(numeric: target.host, port: 1) == nil ? plainHost : nil
        }
    }

    /// The name or address that the certificate has to cover.
    var expectedName: String {
        if case .name(let name) = options.tls.serverName { return name }
        return plainHost
    }

    /// Without the point of a name that is absolute (RFC 6066 §3: “without a trailing dot”).
    private var plainHost: String {
        target.host.hasSuffix(".") ? String(target.host.dropLast()) : target.host
    }
}
