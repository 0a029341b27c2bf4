internal import Dissection

/// What the C library's resolver is told (resolv.conf(5)); lines that it would skip are skipped.
struct ResolverConfiguration: Equatable, Sendable {
    /// A name server's address and port.
    struct Server: Hashable, Sendable, CustomStringConvertible {
        /// IPv4 or IPv6, numeric, a zone such as `%eth0` included.
        var address: String
        var port: UInt16 = 53

        var description: String {
            if port == 53 { return address }
            return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
        }
    }

    /// In the order of the file, which is the order of asking; more than three are not read.
    var servers: [Server] = []
    var searchList: [String] = []
    /// A name with fewer dots is tried with the search list first.
    var ndots = 1
    /// Seconds before the next server is asked.
    var timeout = 5
    var attempts = 2

    /// MAXNS of <resolv.h>.
    static let serverLimit = 3
    /// RES_MAXNDOTS, RES_MAXRETRANS and RES_MAXRETRY of <resolv.h>.
    private static let limits = (ndots: 15, timeout: 30, attempts: 5)

    /// Without a name server line the C library asks the local machine.
    init(text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            // A comment begins with `;` or `#` in the first column.
            guard let first = line.first, first != "#", first != ";" else { continue }
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            guard let keyword = words.first, words.count > 1 else { continue }
            read(keyword, Array(words.dropFirst()))
        }
        if servers.isEmpty { servers = [Server(address: "127.0.0.1")] }
    }

    private mutating func read(_ keyword: String, _ words: [String]) {
        switch keyword {
        case "nameserver":
            let numeric = words[0].split(separator: "%", maxSplits: 1).first.map(String.init) ?? ""
            guard servers.count < Self.serverLimit, IPAddress(numeric) != nil else { return }
            servers.append(Server(address: words[0]))
        case "domain": searchList = [words[0]]
        case "search": searchList = words
        case "options": words.forEach { readOption($0) }
        default: break
        }
    }

    private mutating func readOption(_ word: String) {
        let parts = word.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let value = Int(parts[1]), value >= 0 else { return }
        switch parts[0] {
        case "ndots": ndots = min(value, Self.limits.ndots)
        case "timeout": timeout = min(max(value, 1), Self.limits.timeout)
        case "attempts": attempts = min(max(value, 1), Self.limits.attempts)
        default: break
        }
    }
}
