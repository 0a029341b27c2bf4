import ArgumentParser
import Glibc
import HostInspection
import Triage

/// What is to be looked at on this host; shared by `host` and `diagnose`.
struct HostOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The service in trouble: its program's name, or a process id.", valueName: "name|pid"))
    var process: String?

    @Option(help: ArgumentHelp("The other end.", valueName: "address:port"))
    var remote: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The local port of the service in trouble.", valueName: "port"))
    var port: UInt16?

    @Option(
        help: ArgumentHelp(
            "Look into a network namespace of 'ip netns', or of a process or container.",
            valueName: "name|pid"))
    var netns: String?

    // A number below zero begins with a dash, and is to be told from a number that is missing.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "After how much silence a box on the path forgets connections.", valueName: "seconds"),
        transform: HostOptions.seconds)
    var pathIdle: Double?

    @Option(
        help: ArgumentHelp(
            "The chain that the server sends, as PEM, to compare with this host's roots.",
            valueName: "file"))
    var chain: String?

    @Option(help: ArgumentHelp("A stats socket of HAProxy; repeatable.", valueName: "path"))
    var haproxySocket: [String] = []

    @Option(
        help: ArgumentHelp(
            "A page of nginx's stub_status or Apache's server-status?auto; repeatable.",
            valueName: "http://…"))
    var statusURL: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Look twice, with so much time between.", valueName: "seconds"),
        transform: HostOptions.seconds)
    var watch: Double?

    @Option(
        help: ArgumentHelp(
            "A log to look for known lines in, '-' for standard input; repeatable.",
            valueName: "file"))
    var log: [String] = []

    @Flag(help: "Look through the journal of systemd.")
    var journal = false

    // A moment such as "-1 hour" begins with a dash.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The journal since when, as journalctl has it.", valueName: "time"))
    var since = "-1 hour"

    /// Whether a log or a service is named, which are looked at without the host itself.
    var namesSomething: Bool {
        journal || !log.isEmpty || !haproxySocket.isEmpty || !statusURL.isEmpty
    }

    /// - Parameter looksAtHost: whether more than the logs and services is looked at.
    func wish(looksAtHost: Bool) throws(Failure) -> HostRun.Wish {
        var scope = HostScope(servicePort: port, pathIdleLimit: pathIdle)
        if let process { scope.process = try HostOptions.process(process) }
        if let remote { scope.remote = try HostOptions.remote(remote) }
        if let chain { scope.chain = try HostOptions.chain(chain) }
        if let netns { scope.networkNamespace = try HostOptions.namespace(netns) }
        var pages: [HTTPAddress] = []
        for text in statusURL {
            guard let page = HTTPAddress(text) else {
                throw .badValue(
                    option: "--status-url", value: text, expected: ["http://HOST[:PORT]/PATH"])
            }
            pages.append(page)
        }
        return HostRun.Wish(
            scope: scope, services: .init(haproxySockets: haproxySocket, statusPages: pages),
            logs: log, journal: journal ? since : nil, watch: watch, looksAtHost: looksAtHost)
    }

    /// More than none, at most a day.
    private static func seconds(_ text: String) throws -> Double {
        guard let value = Double(text), value > 0, value <= 86_400 else {
            throw ValidationError("give seconds, more than 0 and at most 86400")
        }
        return value
    }

    private static func chain(_ path: String) throws(Failure) -> ServerChain {
        let bytes: [UInt8]
        do throws(InputFile.Fault) {
            bytes = try InputFile.read(path, limit: ServerChain.sizeLimit)
        } catch { throw .input(error, what: "chain") }
        guard let chain = ServerChain(pem: String(decoding: bytes, as: UTF8.self)) else {
            throw .noCertificate(path: path)
        }
        return chain
    }

    /// A number is a process, unless only a namespace has that name.
    private static func namespace(
        _ text: String
    ) throws(Failure) -> HostScope.NetworkNamespace {
        let name = HostScope.NetworkNamespace.name(text)
        guard let process = Int32(text).map(HostScope.NetworkNamespace.process) else {
            if name.exists { return name }
            throw .noSuchNamespace(text, known: HostScope.NetworkNamespace.names())
        }
        if process.exists { return process }
        if name.exists { return name }
        throw .noSuchProcess(option: "--netns", text)
    }

    private static func process(_ text: String) throws(Failure) -> HostScope.ProcessSelector {
        if let pid = Int32(text) {
            if pid > 0 { return .pid(pid) }
            throw .badValue(option: "--process", value: text, expected: ["a name", "a process id"])
        }
        guard !text.isEmpty else {
            throw .badValue(option: "--process", value: text, expected: ["a name", "a process id"])
        }
        return .name(text)
    }

    /// `192.0.2.1:80`, `[2001:db8::1]:80`, `name:80`, or without a port.
    private static func remote(_ text: String) throws(Failure) -> HostScope.Remote {
        let expected = ["ADDRESS", "ADDRESS:PORT", "[IPV6]:PORT", "NAME:PORT"]
        let fault = Failure.badValue(option: "--remote", value: text, expected: expected)
        if let address = IPAddress(text: text) { return .init(addresses: [address]) }
        guard let colon = text.lastIndex(of: ":") else {
            return .init(name: text, addresses: try resolve(text))
        }
        let host = text[..<colon]
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0, !host.isEmpty else {
            throw fault
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let address = IPAddress(text: String(host.dropFirst().dropLast())) else {
                throw fault
            }
            return .init(addresses: [address], port: port)
        }
        if let address = IPAddress(text: String(host)) {
            return .init(addresses: [address], port: port)
        }
        if host.contains(where: { "[]:".contains($0) }) { throw fault }
        return .init(name: String(host), addresses: try resolve(String(host)), port: port)
    }

    /// What the name resolves to now, as this host's programs see it.
    private static func resolve(_ name: String) throws(Failure) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else {
            throw .unresolved(option: "--remote", name: name)
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count),
                    nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let address = IPAddress(text: String(decoding: bytes, as: UTF8.self))
            if let address, !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}
