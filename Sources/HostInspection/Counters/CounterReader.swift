/// Reads the kernel's counters of a network namespace from /proc/net.
struct CounterReader {
    let reader: HostReader

    func table() -> CounterTable {
        var table = CounterTable()
        for name in ["snmp", "netstat"] { read(name, into: &table, Self.pairs) }
        read("snmp6", into: &table, Self.list, isOptional: true)
        read("sockstat", into: &table, Self.sockstat)
        read("sockstat6", into: &table, Self.sockstat, isOptional: true)
        read("softnet_stat", into: &table, Self.softnet)
        read(
            "stat/nf_conntrack", into: &table, { Self.statistics($0, "Conntrack") },
            isOptional: true)
        // Of the whole host, and only shown in its first namespace.
        read("stat/arp_cache", into: &table, { Self.statistics($0, "ARPCache") }, isOptional: true)
        read(
            "stat/ndisc_cache", into: &table, { Self.statistics($0, "NDiscCache") },
            isOptional: true)
        read("dev", into: &table, Self.interfaces)
        if reader.canAskKernel {
            for counter in EthtoolReader.counters(Self.names(in: table)) { table.add(counter) }
        }
        return table
    }

    /// Interfaces that `dev` listed, loopback left out.
    private static func names(in table: CounterTable) -> [String] {
        let prefix = "Interface."
        let suffix = ".rx_bytes"
        return table.counters.map(\.name)
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }
            .map { String($0.dropFirst(prefix.count).dropLast(suffix.count)) }
            .filter { $0 != "lo" }
    }

    /// - Parameter isOptional: not every kernel has it (IPv6 off, no connection tracking).
    private func read(
        _ name: String, into table: inout CounterTable, _ parse: (String) -> [Counter]?,
        isOptional: Bool = false
    ) {
        let path = reader.network(name)
        switch HostFile.wholeText(path) {
        case .unknown(let obstacle):
            if !isOptional || obstacle.reason != .missing { table.obstacles.append(obstacle) }
        case .known(let text):
            guard let counters = parse(text) else {
                table.obstacles.append(Obstacle(.malformed, path))
                return
            }
            for counter in counters { table.add(counter) }
        }
    }

    private static let gauges: Set<String> = [
        "TcpCurrEstab", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn", "IpForwarding",
        "IpDefaultTTL",
    ]

    /// snmp and netstat: a line of names and one of values, both with the group in front.
    static func pairs(_ text: String) -> [Counter]? {
        var counters: [Counter] = []
        let lines = text.split(separator: "\n")
        guard lines.count >= 2 else { return nil }
        for (names, values) in zip(lines, lines.dropFirst()) {
            let names = names.split(separator: " ")
            let values = values.split(separator: " ")
            guard let group = names.first, group == values.first, group.last == ":",
                names.count > 1, Int64(names[1]) == nil
            else { continue }
            for (name, value) in zip(names.dropFirst(), values.dropFirst()) {
                let name = group.dropLast() + name
                // Some are signed (TcpMaxConn is -1 for "no limit").
                guard let value = UInt64(value) else { continue }
                counters.append(
                    Counter(
                        name: String(name), value: value, isGauge: gauges.contains(String(name))))
            }
        }
        return counters.isEmpty ? nil : counters
    }

    /// snmp6: a name and a value a line.
    static func list(_ text: String) -> [Counter]? {
        let counters = text.split(separator: "\n").compactMap { line -> Counter? in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let value = UInt64(words[1]) else { return nil }
            return Counter(name: String(words[0]), value: value)
        }
        return counters.isEmpty ? nil : counters
    }

    /// sockstat: `TCP: inuse 5 orphan 0 tw 0 alloc 9 mem 2`.
    static func sockstat(_ text: String) -> [Counter]? {
        var counters: [Counter] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let group = words.first, group.last == ":" else { return nil }
            for index in stride(from: 1, to: words.count - 1, by: 2) {
                guard let value = UInt64(words[index + 1]) else { continue }
                counters.append(
                    Counter(
                        name: "Sockstat.\(group.dropLast()).\(words[index])", value: value,
                        isGauge: true))
            }
        }
        return counters.isEmpty ? nil : counters
    }

    /// softnet_stat: a line a processor of hexadecimal columns (`softnet_seq_show`,
    /// `net/core/net-procfs.c`); the sums.
    static func softnet(_ text: String) -> [Counter]? {
        let names = ["processed", "dropped", "time_squeeze"]
        var sums = [UInt64](repeating: 0, count: names.count)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map { UInt64($0, radix: 16) }
            guard words.count >= names.count else { return nil }
            for index in names.indices {
                guard let value = words[index] else { return nil }
                sums[index] &+= value
            }
        }
        return zip(names, sums).map { Counter(name: "Softnet.\($0)", value: $1) }
    }

    /// stat/nf_conntrack, arp_cache, ndisc_cache: names, then a line a processor; the sums. `entries` is the table's
    /// size, the same in every line.
    static func statistics(_ text: String, _ group: String) -> [Counter]? {
        let lines = text.split(separator: "\n")
        guard let heading = lines.first, lines.count > 1 else { return nil }
        let names = heading.split(separator: " ")
        var sums = [UInt64](repeating: 0, count: names.count)
        for line in lines.dropFirst() {
            let values = line.split(separator: " ").map { UInt64($0, radix: 16) }
            guard values.count == names.count else { return nil }
            for (index, value) in values.enumerated() {
                guard let value else { return nil }
                if names[index] == "entries" {
                    sums[index] = max(sums[index], value)
                } else {
                    sums[index] &+= value
                }
            }
        }
        return zip(names, sums).map {
            Counter(name: "\(group).\($0)", value: $1, isGauge: $0 == "entries")
        }
    }

    /// dev: two lines of heading, then `NAME: eight of receiving, eight of sending`.
    static func interfaces(_ text: String) -> [Counter]? {
        let columns = [
            "rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "rx_fifo_errors",
            "rx_frame_errors", "rx_compressed", "rx_multicast", "tx_bytes", "tx_packets",
            "tx_errors", "tx_dropped", "tx_fifo_errors", "tx_collisions", "tx_carrier_errors",
            "tx_compressed",
        ]
        var counters: [Counter] = []
        let lines = text.split(separator: "\n")
        guard lines.count >= 2, lines[0].hasPrefix("Inter-") else { return nil }
        for line in lines.dropFirst(2) {
            // A name may hold a colon (an alias), the numbers never do.
            guard let colon = line.lastIndex(of: ":") else { return nil }
            let name = line[..<colon].drop(while: \.isWhitespace)
            let values = line[line.index(after: colon)...].split(separator: " ")
            guard values.count == columns.count else { return nil }
            for (column, value) in zip(columns, values) {
                guard let value = UInt64(value) else { return nil }
                counters.append(Counter(name: "Interface.\(name).\(column)", value: value))
            }
        }
        return counters
    }
}
