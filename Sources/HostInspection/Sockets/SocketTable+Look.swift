extension SocketTable {
    /// The TCP sockets of the reader's namespace, by netlink where that loads nothing, else
    /// from /proc/net.
    static func look(_ reader: HostReader, kernel: String) throws(Obstacle) -> SocketTable {
        let reason: Obstacle
        if !reader.root.isLive {
            reason = Obstacle(.unsupported, "sock_diag", "these files were recorded")
        } else if let obstacle = reader.namespaceObstacle {
            reason = obstacle
        } else if let obstacle = DiagnosticsModule.obstacle(reader, kernel: kernel) {
            reason = obstacle
        } else {
            do throws(Obstacle) {
                return try SocketDiagnostics.table(expected: expectedCount(reader))
            } catch { reason = error }
        }
        return try ProcNetTCP.table(reader, reason: reason, expected: expectedCount(reader))
    }

    /// What sockstat counts, and a little more for those that come meanwhile.
    private static func expectedCount(_ reader: HostReader) -> Int {
        let texts = [reader.network("sockstat"), reader.network("sockstat6")]
            .compactMap { HostFile.text($0).value }
        var count = 0
        for line in texts.joined(separator: "\n").split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.first == "TCP:" || words.first == "TCP6:" else { continue }
            for (name, value) in zip(words.dropFirst(), words.dropFirst(2))
            where name == "inuse" || name == "tw" {
                count &+= Int(value) ?? 0
            }
        }
        // The file is the kernel's, still nobody makes us take more than 1 GiB for it.
        return min(max(count, 0), 4 << 20) / 32 * 33 + 256
    }
}
