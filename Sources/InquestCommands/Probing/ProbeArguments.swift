import ArgumentParser
import Casebook
import Glibc
import Probes
import Triage

/// What may be chosen about probes, for `probe` and `diagnose`.
struct ProbeArguments: ParsableArguments {
    enum Allowed: String, ExpressibleByArgument, CaseIterable {
        case normal, load, disruptive

        var effect: EffectClass { EffectClass(rawValue: rawValue) ?? .normal }
    }

    @Option(
        help: ArgumentHelp(
            "What the target may be made to bear: normal, load or disruptive.", valueName: "level"))
    var allow: Allowed?

    @Option(help: ArgumentHelp("For one attempt. (default: 10)", valueName: "seconds"))
    var timeout: Double = 10

    @Flag(name: .customShort("4"), help: "IPv4 addresses only.") var ipv4 = false
    @Flag(name: .customShort("6"), help: "IPv6 addresses only.") var ipv6 = false

    @Option(help: ArgumentHelp("A local address to connect from.", valueName: "address"))
    var source: String?

    @Option(help: ArgumentHelp("A second one, to compare sources.", valueName: "address"))
    var otherSource: String?

    @Option(
        help: ArgumentHelp(
            "Ask this address instead of looking the name up; repeatable.", valueName: "address"))
    var address: [String] = []

    @Option(help: ArgumentHelp("A local port to connect from.", valueName: "port"))
    var sourcePort: UInt16?

    @Option(
        help: ArgumentHelp("The name that TLS asks for; 'off' asks for none.", valueName: "name"))
    var sni: String?

    @Option(help: ArgumentHelp("Protocols to offer, as h2,http/1.1.", valueName: "list"))
    var alpn: String?

    @Option(help: ArgumentHelp("PEM file to show when asked.", valueName: "file"))
    var clientCert: String?

    @Option(help: ArgumentHelp("PEM file of its private key.", valueName: "file"))
    var clientKey: String?

    @Option(
        help: ArgumentHelp("PEM file of roots to trust instead of the system's.", valueName: "file")
    )
    var trust: String?

    @Option(help: ArgumentHelp("Lowest version to offer: 1.0 to 1.3.", valueName: "version"))
    var tlsMin: String?

    @Option(help: ArgumentHelp("Highest version to offer.", valueName: "version"))
    var tlsMax: String?

    @Option(help: ArgumentHelp("OpenSSL's list of ciphers up to TLS 1.2.", valueName: "list"))
    var ciphers: String?

    @Option(help: ArgumentHelp("OpenSSL's list of suites of TLS 1.3.", valueName: "list"))
    var ciphersuites: String?

    @Option(help: ArgumentHelp("OpenSSL's list of groups, as X25519:P-256.", valueName: "list"))
    var groups: String?

    @Option(help: ArgumentHelp("Pad the ClientHello to so many bytes.", valueName: "bytes"))
    var helloSize: Int?

    @Option(help: ArgumentHelp("Append the secrets of TLS for Wireshark.", valueName: "file"))
    var keylog: String?

    @Flag(help: "Do not fetch issuers that certificates name.") var noFetch = false

    @Option(help: ArgumentHelp("How often a probe that counts repeats.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp("Connections a second to one target. (default: 50)", valueName: "n"))
    var rate: Double = 50

    @Option(
        help: ArgumentHelp(
            "How long a silent connection is held, at most 10. (default: 3)", valueName: "seconds"))
    var hold: Double = 3

    @Option(help: ArgumentHelp("A backend to compare the target with.", valueName: "target"))
    var direct: String?

    @Option(help: ArgumentHelp("A header of HTTP requests; repeatable.", valueName: "name: value"))
    var header: [String] = []

    @OptionGroup(title: "Probes, in detail") var detail: ProbeDetailArguments

    func validate() throws {
        // A day; nobody waits longer for one attempt.
        try check(timeout > 0 && timeout <= 86_400, "--timeout wants a number of seconds above 0")
        try check(!(ipv4 && ipv6), "-4 and -6 contradict each other; choose one")
        try check(rate > 0 && rate <= 1e6, "--rate wants a number above 0")
        try check(hold > 0 && hold <= 10, "--hold wants more than 0 and at most 10 seconds")
        try check((count ?? 1) >= 1 && (count ?? 1) <= 10_000, "--count wants 1 to 10000")
        try check(sourcePort != 0, "--source-port wants 1 to 65535")
        try check(
            (helloSize ?? 200) >= 100 && (helloSize ?? 200) <= 65_535,
            "--hello-size wants 100 to 65535 bytes")
        try check(
            (clientKey == nil) || clientCert != nil, "--client-key needs --client-cert")
        for line in header where !Self.isField(line) {
            throw ValidationError("--header wants 'name: value', not '\(line)'")
        }
    }

    private func check(_ isRight: Bool, _ words: String) throws {
        if !isRight { throw ValidationError(words) }
    }

    /// The options of the probes; files that are named must be there.
    func options() throws(Failure) -> ProbeOptions {
        var options = ProbeOptions()
        options.timeout = timeout
        options.family = ipv4 ? .ipv4 : ipv6 ? .ipv6 : .any
        options.sourceAddress = source
        options.otherSourceAddress = otherSource
        options.addresses = address
        options.sourcePort = sourcePort
        options.allowed = allow?.effect ?? .normal
        options.count = count
        options.connectionsPerSecond = rate
        options.holdSeconds = hold
        options.backend = try direct.map { text throws(Failure) in try Self.target(text) }
        options.headers = header.compactMap(Self.field)
        options.tls = try tlsOptions()
        try detail.apply(to: &options)
        let faults = options.faults()
        if !faults.isEmpty { throw .probing(.badOptions(faults)) }
        return options
    }

    private func tlsOptions() throws(Failure) -> TLSOptions {
        var tls = TLSOptions()
        if let sni { tls.serverName = sni == "off" ? .off : .name(sni) }
        tls.applicationProtocols = (alpn ?? "").split(separator: ",").map(String.init)
        tls.lowest = try version(tlsMin, "--tls-min")
        tls.highest = try version(tlsMax, "--tls-max")
        tls.ciphers = ciphers
        tls.ciphersuites = ciphersuites
        tls.groups = groups
        tls.clientCertificateFile = try readable(clientCert, "client certificate")
        tls.clientKeyFile = try readable(clientKey ?? clientCert, "client key")
        tls.trustFile = try readable(trust, "file of roots")
        tls.fetchesIssuers = !noFetch
        tls.helloSize = helloSize
        tls.keyLogFile = keylog
        return tls
    }

    private func version(
        _ text: String?, _ option: String
    ) throws(Failure) -> TLSOptions.Version? {
        guard let text else { return nil }
        let known = TLSOptions.Version.allCases
        let number = text.lowercased().replacing("tls", with: "").replacing("v", with: "")
        guard let version = known.first(where: { $0.name.hasSuffix(number) && !number.isEmpty })
        else {
            throw .badValue(
                option: option, value: text, expected: ["1.0", "1.1", "1.2", "1.3"])
        }
        return version
    }

    private func readable(_ path: String?, _ what: String) throws(Failure) -> String? {
        guard let path else { return nil }
        if access(path, R_OK) == 0 { return path }
        throw .input(
            errno == EACCES ? .permission(path: path) : .noSuchFile(path: path), what: what)
    }

    static func target(_ text: String) throws(Failure) -> ProbeTarget {
        do {
            return try ProbeTarget(parsing: text)
        } catch {
            throw .probing(.badTargets([error], path: nil))
        }
    }

    /// A name of visible ASCII (RFC 9110 §5.6.2), a colon, a value in one line.
    private static func isField(_ line: String) -> Bool {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !line.contains(where: \.isNewline)
            && parts[0].utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func field(_ line: String) -> ProbeOptions.HeaderField? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        return .init(name: String(line[..<colon]), value: String(value))
    }
}
