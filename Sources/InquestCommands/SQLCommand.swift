import ArgumentParser
import HostInspection
import ObservationTables
import Probes
import TrafficAnalysis
import Triage

struct SQLCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask captures, this host and probes in SQL.",
        discussion: """
            Examples:
              inquest sql --schema
              inquest sql --host 'SELECT program, remote_address, count(*) FROM sockets
                WHERE never_answered GROUP BY 1, 2 ORDER BY 3 DESC'
              inquest sql --host --watch 10 'SELECT name, per_minute, meaning FROM counters
                WHERE per_minute > 0'
              inquest sql --capture a.pcap 'SELECT server, count(*) FROM flows
                WHERE client_hellos > 0 AND server_hellos = 0 GROUP BY 1'
              inquest sql --probe example.com:443 'SELECT probe, address, summary
                FROM probes WHERE NOT good'

            One SELECT over tables in memory; it can read them and do nothing else, for
            --timeout seconds and with 256 MiB for sorting and grouping. '-' as the query
            reads it from standard input.
            """)

    private static let longestQuery = 100_000

    @Argument(help: "One SELECT.") var query: String?

    @Option(help: ArgumentHelp("A pcap or pcapng file; repeatable.", valueName: "file"))
    var capture: [String] = []

    @Flag(help: "Look at this host.") var host = false

    @Option(
        help: ArgumentHelp(
            "Run the probes that are safe for a target; repeatable.", valueName: "target"))
    var probe: [String] = []

    @Option(
        help: ArgumentHelp("Look twice, with so much time between.", valueName: "seconds"))
    var watch: Double?

    @Option(
        help: ArgumentHelp("Look into another network namespace.", valueName: "name|pid"))
    var netns: String?

    @Option(help: ArgumentHelp("End the query after so long.", valueName: "seconds"))
    var timeout = 10.0

    @Option(help: ArgumentHelp("Show so many rows at most.", valueName: "rows"))
    var limit = 100_000

    @Flag(name: [.long, .customLong("tables")], help: "Describe the tables.") var schema = false
    @Flag(help: "One JSON document.") var json = false
    @Flag(help: "Comma-separated values, RFC 4180.") var csv = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if query == nil, !schema {
            throw ValidationError("Missing expected argument '<query>'; or --schema")
        }
        if limit < 1 { throw ValidationError("--limit wants 1 or more") }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        if json && csv { throw Failure.contradictingFormats(["--json", "--csv"]) }
        if schema {
            describe(run.console)
            return .done
        }
        for (option, value) in [("--timeout", timeout), ("--watch", watch ?? 1)]
        where !(value > 0 && value <= 86_400) {
            throw Failure.badValue(
                option: option, value: "\(value)", expected: ["seconds from 0 to 86400"])
        }
        let query = try readQuery()
        let needs = CaptureNeeds(tables: try tables(in: query))
        if !host, capture.isEmpty, probe.isEmpty { throw Failure.noObservations }
        let sources = try observe(needs, run.console)
        let result = try answer(query, sources)
        if result.isTruncated {
            StandardErrorLog.error(
                "only the first \(result.rows.count) rows are shown; aggregate, or give --limit",
                run.settings.logFormat)
        }
        let left = sources.captures.reduce(0) { $0 + ($1.rows?.left ?? 0) }
        if left > 0 {
            StandardErrorLog.error(
                "\(left) rows of the captures had no room in the tables; cut the captures by time",
                run.settings.logFormat)
        }
        show(result, run.console)
        return Interrupt.requested ? .interrupted : .done
    }

    private func describe(_ console: Console) {
        console.write(
            json ? SQLJSON.tables() : SQLText.tables(console.newPage()).render(colour: false))
    }

    private func show(_ result: ObservationDatabase.Result, _ console: Console) {
        if json {
            console.write(SQLJSON.document(result))
        } else if csv {
            console.write(SQLCSV.table(result, forTerminal: console.isTerminal))
        } else {
            console.write(SQLText.table(result, colour: console.colour))
        }
    }

    /// Looks everywhere that was named.
    private func observe(
        _ needs: CaptureNeeds, _ console: Console
    ) throws(Failure) -> ObservationSources {
        let targets = try probe.map { text throws(Failure) in try ProbeArguments.target(text) }
        var sources = ObservationSources(host: host ? lookAtHost() : nil)
        for file in capture { sources.captures.append(try read(file, needs, console)) }
        if !targets.isEmpty { sources.probes = ask(targets) }
        return sources
    }

    /// The probes that 'inquest probe' runs when none is named.
    private func ask(_ targets: [ProbeTarget]) -> [TargetReport] {
        let cancellation = Cancellation()
        Interrupt.cancels(cancellation)
        let options = ProbeOptions()
        let jobs = targets.map { target in
            ProbeRequest.Job(target: target, probes: ProbeBundle(for: target, options).chosen)
        }
        return ProbeRun.run(
            ProbeRequest(jobs: jobs, options: options), cancellation: cancellation)
    }

    private func readQuery() throws(Failure) -> String {
        guard query == "-" else { return query ?? "" }
        if capture.contains("-") { throw .standardInputTwice }
        do {
            let bytes = try InputFile.read("-", limit: Self.longestQuery)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .input(error, what: "query")
        }
    }

    private func lookAtHost() -> HostContext {
        var scope = HostScope()
        if let netns {
            scope.networkNamespace = Int32(netns).map { .process($0) } ?? .name(netns)
        }
        return HostRun.look(scope, watch: watch) { !Interrupt.requested }
    }

    private func read(
        _ file: String, _ needs: CaptureNeeds, _ console: Console
    ) throws(Failure) -> CaptureReport {
        var progress = Progress(name: file, console: console)
        defer { progress.finish() }
        do {
            return try CaptureRun(path: file, needs: needs) { packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }.report
        } catch {
            throw .capture(error)
        }
    }

    /// Names of the tables that it reads; one that is wrong is told before a long capture is read.
    private func tables(in query: String) throws(Failure) -> Set<String> {
        do {
            return try ObservationTableList.database(ObservationSources()).check(query).tables
        } catch {
            throw .sql(error, query: query)
        }
    }

    private func answer(
        _ query: String, _ sources: ObservationSources
    ) throws(Failure) -> ObservationDatabase.Result {
        do {
            let database = try ObservationTableList.database(sources)
            let limits = QueryLimits(seconds: timeout, rows: limit)
            return try database.query(query, limits: limits) { !Interrupt.requested }
        } catch {
            throw .sql(error, query: query)
        }
    }
}
