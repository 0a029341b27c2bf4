internal import Dissection
internal import Glibc

/// Which name servers are asked.
public struct DNSOptions: Hashable, Sendable {
    /// Asked in place of those of the configuration file, in this order.
    public var resolvers: [SocketAddress] = []
    /// Asked in place of those that the zone's NS records name.
    public var authoritative: [SocketAddress] = []
    /// See resolv.conf(5).
    public var configurationFile = Self.systemFile

    public static let systemFile = "/etc/resolv.conf"

    public init() {}

    /// What the application's own lookup would use is what is asked.
    var isSystem: Bool { resolvers.isEmpty && configurationFile == Self.systemFile }
}

extension SocketAddress {
    /// Reads `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`, as for `--resolver`; `nil` when the
    /// address is not numeric or the port none.
    public init?(server text: String, defaultPort: UInt16 = 53) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let after = text[text.index(after: end)...]
            let port = after.isEmpty ? defaultPort : Self.port(after)
            guard let port else { return nil }
            self.init(numeric: String(text[text.index(after: text.startIndex)..<end]), port: port)
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            guard let port = Self.port(text[colon...]) else { return nil }
            self.init(numeric: String(text[..<colon]), port: port)
        } else {
            self.init(numeric: text, port: defaultPort)
        }
    }

    /// Of `:53`.
    private static func port(_ text: Substring) -> UInt16? {
        guard text.first == ":", let port = UInt16(text.dropFirst()), port > 0 else { return nil }
        return port
    }

    /// `nil` for what is neither IPv4 nor IPv6; zones are left out.
    var ipAddress: IPAddress? {
        IPAddress(String(host.prefix { $0 != "%" }))
    }
}

extension ResolverConfiguration {
    /// Longer than any configuration that a C library reads in earnest.
    private static let longestFile = 64 * 1024

    /// - Throws: `local` when the file cannot be read; an absent one is an empty one, as for the C
    ///   library.
    init(file path: String) throws(NetworkFailure) {
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
        let code = errno
        guard opened >= 0 else {
            guard code == ENOENT else { throw .local(call: "open", errno: code) }
            self.init(text: "")
            return
        }
        let file = Descriptor(owning: opened)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.longestFile) {
            buffer, filled in
            filled = unsafe max(0, read(file.number, buffer.baseAddress!, Self.longestFile))
        }
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    /// The names that the resolver tries, in its order (resolv.conf(5), `search` and `ndots`).
    func candidates(for name: DNSName, isAbsolute: Bool) -> [DNSName] {
        if isAbsolute || name.isRoot { return [name] }
        let searched = searchList.compactMap { domain in
            DNSName(domain).flatMap { DNSName(labels: name.labels + $0.labels) }
        }
        let hasEnoughDots = name.labels.count - 1 >= ndots
        return hasEnoughDots ? [name] + searched : searched + [name]
    }
}
