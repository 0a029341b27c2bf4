/// Reads the tracked connections from /proc/net/nf_conntrack, where the kernel has that file and
/// we may read it (root).
enum ConntrackList {
    /// Listing locks parts of the table; a large one is left alone.
    private static let limit = 100_000

    static func entries(_ reader: HostReader) -> Observed<[ConntrackEntry]> {
        let path = reader.network("nf_conntrack")
        let count = HostFile.number(reader.path("/proc/sys/net/netfilter/nf_conntrack_count"))
        if let count = count.value, count > limit {
            return .unknown(
                Obstacle(.unsupported, path, "\(count) entries; more than \(limit) are not listed"))
        }
        var entries: [ConntrackEntry] = []
        let obstacle = HostFile.forEachLine(path, limit: 256 << 20) { line in
            if let entry = entry(String(decoding: line, as: UTF8.self)) { entries.append(entry) }
            return entries.count < 2 * limit
        }
        return obstacle.map(Observed.unknown) ?? .known(entries)
    }

    /// `ipv4 2 tcp 6 117 TIME_WAIT src=… dst=… sport=… dport=… [UNREPLIED] src=… dst=… …`
    static func entry(_ line: String) -> ConntrackEntry? {
        let words = line.split(separator: " ")
        guard words.count > 8, let timeout = UInt32(words[4]),
            words[2] == "tcp" || words[2] == "udp"
        else { return nil }
        var values: [Substring: [Substring]] = [:]
        for word in words {
            guard let equals = word.firstIndex(of: "=") else { continue }
            values[word[..<equals], default: []].append(word[word.index(after: equals)...])
        }
        guard let destination = values["dst"]?.first.flatMap({ IPAddress(text: $0) }),
            let port = values["dport"]?.first.flatMap({ UInt16($0) }),
            let sources = values["src"], sources.count >= 2,
            let reply = IPAddress(text: sources[1]),
            let replyPorts = values["sport"], replyPorts.count >= 2,
            let replyPort = UInt16(replyPorts[1])
        else { return nil }
        return ConntrackEntry(
            destination: SocketAddress(address: destination, port: port),
            replySource: SocketAddress(address: reply, port: replyPort),
            isUDP: words[2] == "udp", isUnreplied: words.contains("[UNREPLIED]"),
            timeout: timeout)
    }
}
