import HostInspection

struct CountersTable: RowTable {
    struct Row {
        var counter: Counter
        var rate: CounterRate?
    }

    static let name = "counters"
    static let summary = "A number that the kernel keeps, at the latest look."
    static let origin = ObservationOrigin.host
    static let columns: [RowColumn<Row>] = [
        .text("name", "as nstat names it, else FILE.COLUMN") { $0.counter.name },
        .integer("value", "since boot, or the level now") { Int64(clamping: $0.counter.value) },
        .integer("gauge", "1 for a level, 0 for a sum") { $0.counter.isGauge ? 1 : 0 },
        .integer("increase", "between two looks (--watch); NULL with one") {
            $0.rate.map { Int64(clamping: $0.increase) }
        },
        .real("per_minute", "of that; NULL with one look") { $0.rate?.perMinute },
        .text("meaning", "in one line; NULL where we have no words") {
            CounterMeaning.text(of: $0.counter.name)
        },
    ]

    func values(_ sources: ObservationSources) -> [Row] {
        guard let host = sources.host else { return [] }
        let rates = Dictionary(
            host.rates().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return host.latest.counters.counters.map { Row(counter: $0, rate: rates[$0.name]) }
    }
}

struct ProcessesTable: RowTable {
    static let name = "processes"
    static let summary = "A process of the latest look."
    static let origin = ObservationOrigin.host
    static let columns: [RowColumn<ProcessRecord>] = [
        .integer("pid", "") { Int64($0.pid) },
        .integer("parent", "process id of its parent") { Int64($0.parent) },
        .text("name", "15 bytes at most, of the program's choice") { $0.name },
        .text("state", "R, S, D, T, Z … as in proc_pid_stat(5)") { String($0.state) },
        .integer("threads", "") { Int64($0.threadCount) },
        .integer("cpu_ticks", "used since its start, user and kernel") {
            Int64(clamping: $0.cpuTicks)
        },
        .integer("resident_bytes", "in memory") { Int64(clamping: $0.residentBytes) },
        .integer("descriptors", "open; NULL when not permitted") {
            $0.detail?.descriptors.value.map { Int64(clamping: $0) }
        },
        .integer("descriptor_limit", "NULL when unknown or unlimited") {
            ($0.detail?.descriptorLimit.value ?? nil).map { Int64(clamping: $0) }
        },
        .integer("user_id", "NULL when unknown") {
            $0.detail?.userID.value.map(Int64.init)
        },
        .text("command_line", "arguments with spaces between; NULL when unknown") {
            $0.detail?.commandLine.value?.joined(separator: " ")
        },
    ]

    func obstacle(_ sources: ObservationSources) -> String? {
        guard let host = sources.host else { return "no host was looked at" }
        return host.latest.processes.obstacle.map { "the processes could not be read: \($0)" }
    }

    func values(_ sources: ObservationSources) -> [ProcessRecord] {
        sources.host?.latest.processes.value?.processes ?? []
    }
}

struct LimitsTable: RowTable {
    static let name = "limits"
    static let summary = "Something that can run out, and how much of it is used."
    static let origin = ObservationOrigin.host
    static let columns: [RowColumn<Limit>] = [
        .text("name", "files.system, ports.ephemeral, conntrack.entries …") { $0.name },
        .text("subject", "whose; empty for the host") { $0.subject },
        .integer("used", "NULL when unknown") { $0.used.value.map { Int64(clamping: $0) } },
        .integer("maximum", "NULL when unknown or unlimited") {
            ($0.maximum.value ?? nil).map { Int64(clamping: $0) }
        },
        .real("share", "0 to 1; NULL when unknown") { $0.share },
        .text("unit", "count, bytes, percent") { $0.unit },
    ]

    func values(_ sources: ObservationSources) -> [Limit] { sources.host?.latest.limits ?? [] }
}
