import ArgumentParser
import HostInspection
import ObservationTables
import TrafficAnalysis
import Triage

struct SQLCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask captures and this host in SQL.",
        discussion: """
            Examples:
              inquest sql --tables
              inquest sql --host 'SELECT program, remote_address, count(*) FROM sockets
                WHERE never_answered GROUP BY 1, 2 ORDER BY 3 DESC'
              inquest sql --host --watch 10 'SELECT name, per_minute, meaning FROM counters
                WHERE per_minute > 0'
              inquest sql --capture a.pcap 'SELECT server, count(*) FROM flows
                WHERE client_hellos > 0 AND server_hellos = 0 GROUP BY 1'

            One SELECT over tables in memory; it can read them and do nothing else. '-' as
            the query reads it from standard input.
            """)

    /// Rows that are shown at most.
    private static let rowLimit = 100_000
    private static let longestQuery = 100_000

    @Argument(help: "One SELECT.") var query: String?

    @Option(help: ArgumentHelp("A pcap or pcapng file; repeatable.", valueName: "file"))
    var capture: [String] = []

    @Flag(help: "Look at this host.") var host = false

    @Option(
        help: ArgumentHelp("Look twice, with so much time between.", valueName: "seconds"))
    var watch: Double?

    @Option(
        help: ArgumentHelp("Look into another network namespace.", valueName: "name|pid"))
    var netns: String?

    @Option(help: ArgumentHelp("End the query after so long.", valueName: "seconds"))
    var timeout = 10.0

    @Flag(help: "Describe the tables.") var tables = false
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if query == nil, !tables {
            throw ValidationError("Missing expected argument '<query>'; or --tables")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        if tables {
            run.console.write(
                json
                    ? SQLJSON.tables() : SQLText.tables(run.console.newPage()).render(colour: false)
            )
            return .done
        }
        for (option, value) in [("--timeout", timeout), ("--watch", watch ?? 1)]
        where !(value > 0 && value <= 86_400) {
            throw Failure.badValue(
                option: option, value: "\(value)", expected: ["seconds from 0 to 86400"])
        }
        let query = try readQuery()
        if !host, capture.isEmpty { throw Failure.noObservations }
        let sources = ObservationSources(
            host: host ? lookAtHost() : nil, captures: try capture.map { try read($0, run.console) }
        )
        let result = try answer(query, sources)
        if result.isTruncated {
            StandardErrorLog.error(
                "only the first \(result.rows.count) rows are shown; aggregate, or add LIMIT",
                run.settings.logFormat)
        }
        run.console.write(
            json ? SQLJSON.document(result) : SQLText.table(result, colour: run.console.colour))
        return Interrupt.requested ? .interrupted : .done
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

    private func read(_ file: String, _ console: Console) throws(Failure) -> CaptureReport {
        var progress = Progress(name: file, console: console)
        defer { progress.finish() }
        do {
            return try CaptureRun(path: file, keepsFlows: true) { packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }.report
        } catch {
            throw .capture(error)
        }
    }

    private func answer(
        _ query: String, _ sources: ObservationSources
    ) throws(Failure) -> ObservationDatabase.Result {
        do {
            let database = try ObservationTableList.database(sources)
            return try database.query(query, seconds: timeout, limit: Self.rowLimit) {
                !Interrupt.requested
            }
        } catch {
            throw .sql(error, query: query)
        }
    }
}
