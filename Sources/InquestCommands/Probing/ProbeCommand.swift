import ArgumentParser
import Casebook
import Probes
import Triage

struct ProbeCommand: Subcommand, MonitoringCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Ask a target over the network, and do no harm.",
        usage: "inquest probe <target> [<check> ...] [options]",
        discussion: """
            Examples:
              inquest probe example.com:443
              inquest probe https://example.com/health tcp tls http
              inquest probe tls://10.0.0.1:8443 tls-second-client --dry-run
              inquest probe --targets hosts.txt tcp tls --ndjson
              inquest probe --check-command 'curl -sf https://{host}:{port}/'

            A target is host:port or scheme://host:port/path; IPv6 addresses stand in
            brackets. Without a check, all that are safe for the target are run. What puts
            load on it or may harm needs --allow, or a yes at the terminal.

            Exit codes: 0 all worked, 1 something did not (or a case, by --fail-on),
            2 nothing could be looked at, 77 consent or permission missing, 130 ^C.
            """)

    /// A million lines of a wrong file are no list of targets.
    static let mostTargets = 10_000

    enum Threshold: String, ExpressibleByArgument, CaseIterable {
        case trouble, likely, confirmed, none
    }

    @Argument(help: ArgumentHelp("The target, then checks.", valueName: "target"))
    var words: [String] = []

    @Option(
        help: ArgumentHelp(
            "Targets, one a line, '-' for standard input; then all words are checks.",
            valueName: "file"))
    var targets: String?

    @Option(help: ArgumentHelp("Probes at one time. (default: 64)", valueName: "n"))
    var inFlight = 64

    @OptionGroup(title: "Probes") var probes: ProbeArguments

    @Flag(help: "List the checks, with what they ask and their effect.") var list = false

    @Flag(name: [.long, .customShort("n")], help: "Show what would be sent, and send nothing.")
    var dryRun = false

    @Flag(help: "Consent to what the named checks do.") var yes = false

    @Flag(help: "Do not watch our own packets, even with the right to.") var noCapture = false

    @Option(
        help: ArgumentHelp(
            "Try a health check of yours on servers with known faults.", valueName: "command"))
    var checkCommand: String?

    @Option(help: "The weakest outcome that ends with exit code 1.")
    var failOn = Threshold.trouble

    @Option(help: ArgumentHelp("Write the evidence to a file.", valueName: "file"))
    var record: String?

    @Option(help: ArgumentHelp("Write OpenMetrics for a textfile collector.", valueName: "file"))
    var metrics: String?

    @Flag(help: "One JSON document a target.") var json = false
    @Flag(help: "One JSON object a line, as targets are done.") var ndjson = false
    @Flag(help: "One line and exit codes for a monitoring system.") var nagios = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if inFlight < 1 || inFlight > 4096 {
            throw ValidationError("--in-flight wants 1 to 4096")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let formats = [("--json", json), ("--ndjson", ndjson), ("--nagios", nagios)]
            .filter(\.1).map(\.0)
        if formats.count > 1 { throw Failure.contradictingFormats(formats) }
        if list { return listChecks(run.console) }
        if let checkCommand { return try tryCheck(checkCommand, run) }
        var request = try request()
        if dryRun { return showPlan(request, run.console) }
        guard try ProbeConsent(self, run).obtain(&request) else { return .interrupted }
        return try perform(request, run)
    }

    private func request() throws(Failure) -> ProbeRequest {
        let options = try probes.options()
        let selection = try ProbeSelection(words: words, file: targets)
        var request = ProbeRequest(jobs: try selection.jobs(options), options: options)
        request.inFlight = inFlight
        // A service that is watched every minute, or many targets, would be a capture for ever.
        request.watchesPackets =
            !noCapture && !nagios && metrics == nil && selection.targets.count == 1
        return request
    }

    private func perform(_ request: ProbeRequest, _ run: Run) throws -> ExitStatus {
        let cancellation = Cancellation()
        Interrupt.endByTermination()
        Interrupt.cancels(cancellation)
        let progress = ProbeProgress(request, run.console)
        // The runner calls it once at a time, while this thread waits in `ProbeRun.run`.
        nonisolated(unsafe) let console = run.console
        let streams = ndjson
        let reports = ProbeRun.run(
            request, cancellation: cancellation,
            onTarget: { report in
                progress.done()
                guard streams else { return }
                console.write(ProbeJSON.document(report))
                console.flush()
            })
        progress.finish()
        return try ProbeOutcome(command: self, request: request, reports: reports, run: run).tell()
    }
}

/// A command that speaks to monitoring systems.
protocol MonitoringCommand {
    var nagios: Bool { get }
}

extension DiagnoseCommand: MonitoringCommand {}
