import ArgumentParser
import Casebook
import CasebookStore
import Diagnosis
import HostInspection
import TrafficAnalysis
import Triage

struct DiagnoseCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Judge captures, probes, symptoms and recorded evidence by the casebook.",
        discussion: """
            Examples:
              inquest diagnose --capture client.pcap
              tcpdump -c 2000 -w - port 443 | inquest diagnose --capture -
              inquest diagnose --capture a.pcap --symptom restart-helps --symptom ping-works=no
              inquest diagnose --compare client.pcap server.pcap
              inquest diagnose --capture a.pcap --write evidence.pcapng
              inquest diagnose example.com:443 --probe
              inquest diagnose --interactive=plain --say "logins hang after a deploy"
              cat a.json b.json | inquest diagnose --evidence - --json
              inquest diagnose --host --process nginx --watch 10 --log error.log
            """)

    /// How questions are asked.
    enum Interaction: String, ExpressibleByArgument, CaseIterable {
        case plain
    }

    enum Threshold: String, ExpressibleByArgument, CaseIterable {
        case likely, confirmed, none
    }

    @Argument(help: ArgumentHelp("host:port or a URL, for probes.", valueName: "target"))
    var target: [String] = []

    @Flag(
        inversion: .prefixedNo, help: "Run the probes that are safe for the targets, and judge.")
    var probe = false

    @Option(help: ArgumentHelp("A pcap or pcapng file, '-' for standard input.", valueName: "file"))
    var capture: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Captures of several points, the client's side first.", valueName: "file"))
    var compare: [String] = []

    @Option(
        help: ArgumentHelp(
            "An answer; repeatable.", valueName: "id[=yes|no|probably|probably-not|unknown]"))
    var symptom: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Files that are one capture, in the order of time: a ring, tcpdump -C or -G.",
            valueName: "file"))
    var merge: [String] = []

    @Option(help: ArgumentHelp("The trouble in your own words.", valueName: "text"))
    var say: [String] = []

    @Option(help: ArgumentHelp("Recorded evidence, '-' for standard input.", valueName: "file"))
    var evidence: [String] = []

    @Flag(help: "Look at this host, as 'inquest host' does.")
    var host = false

    @OptionGroup(title: "This host") var hostOptions: HostOptions

    @Option(
        help: ArgumentHelp("Propose no more than takes so long.", valueName: "seconds"))
    var budget: Double?

    @Option(help: "The weakest verdict that ends with exit code 1.")
    var failOn = Threshold.likely

    @Option(
        help: ArgumentHelp(
            "Write the evidence to a file, and keep it as an incident.", valueName: "file"))
    var record: String?

    @Option(
        help: ArgumentHelp(
            "Take up an incident, with --interactive: 'last' or its id.", valueName: "id"))
    var resume: String?

    @OptionGroup(title: "Saving packets") var writing: WriteOptions

    @Option(help: "Ask on standard error what is worth asking, one line at a time.")
    var interactive: Interaction?

    @Flag(help: "One JSON document.") var json = false
    @Flag(help: "One JSON object a line.") var ndjson = false
    @Flag(help: "Markdown, for a ticket.") var markdown = false
    @Option(
        help: ArgumentHelp(
            "Write a report for people to a file: HTML where it ends in .html, else Markdown.",
            valueName: "file"))
    var report: String?

    @Option(help: ArgumentHelp("The same, as HTML whatever its name.", valueName: "file"))
    var html: String?

    @Flag(help: "One line and exit codes for a monitoring system.") var nagios = false

    @OptionGroup(title: "Probes") var probes: ProbeArguments
    @Flag(help: "Do not watch the packets of our own probes.") var noCapture = false

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        try checkUsage(run.settings)
        let casebook = try CasebookSource(run.settings).load()
        let (engine, warning) = casebook.engine(now: IncidentCommand.now())
        var session = TriageSession(casebook: casebook.casebook, engine: engine)
        for warning in casebook.warnings + (warning.map { [$0] } ?? []) { session.warn(warning) }
        let runs = try gather(into: &session, run)
        if probe { try DiagnoseProbing(self, run).run(in: &session) }
        var conversation: Conversation?
        if interactive != nil {
            let dialogue = try ask(session, run)
            conversation = dialogue.conversation
            session = dialogue.conversation.session
        }
        let result = session.result(budget: budget)
        try writeReports(result, conversation)
        if let record {
            try OutputFile.write(EvidenceFile.write(result.evidence), to: record)
            if conversation == nil {
                IncidentRecorder(origin: "diagnose", run).record(session, result, said: say)
            }
        }
        present(result, casebook.store, run)
        run.console.flush()
        try writing.save(
            result.evidence + runs.flatMap(\.mergedFindings),
            of: runs.map { SliceInput($0) } + compare.map(SliceInput.init(file:)), run)
        return status(of: result)
    }

    private func ask(_ session: TriageSession, _ run: Run) throws -> PlainDialogue {
        let recorder = IncidentRecorder(origin: "questions", run)
        let kept = try resume.map { try recorder.take($0, casebook: session.casebook) }
        var dialogue = PlainDialogue(
            session: session, said: say, budget: budget, options: try probes.options(), run: run,
            recorder: recorder, resuming: kept)
        dialogue.ask()
        return dialogue
    }

    private func checkUsage(_ settings: Settings) throws {
        let chosen = [
            ("--json", json), ("--ndjson", ndjson), ("--markdown", markdown), ("--nagios", nagios),
        ].filter(\.1).map(\.0)
        if chosen.count > 1 { throw Failure.contradictingFormats(chosen) }
        let asks = interactive != nil
        if asks, settings.inputRefused {
            throw Failure.contradictingFormats(["--interactive", "--no-input"])
        }
        if !asks, !probe, !host, !hostOptions.namesSomething, capture.isEmpty, compare.isEmpty,
            merge.isEmpty,
            symptom.isEmpty, say.isEmpty, evidence.isEmpty
        {
            throw Failure.nothingGiven
        }
        if resume != nil, !asks {
            throw Failure.badValue(
                option: "--resume", value: resume ?? "",
                expected: ["--interactive=plain beside it; 'inquest incident show' tells of one"])
        }
        if probe, target.isEmpty { throw Failure.probing(.noTargets(path: nil)) }
        if let budget, !(budget >= 0) {
            throw Failure.badValue(
                option: "--budget", value: "\(budget)", expected: ["0 or more seconds"])
        }
        if !compare.isEmpty { try CaptureComparison.check(compare) }
        if writing.write != nil, (capture + compare + merge).isEmpty {
            throw Failure.nothingToSlice
        }
        try writing.check(capture + compare + merge)
        if (capture + compare + merge + evidence + hostOptions.log).filter({ $0 == "-" }).count
            > (asks ? 0 : 1)
        {
            throw Failure.standardInputTwice
        }
    }

    /// The operator's words first: a wrong one is told before a long capture is read.
    ///
    /// - Returns: captures that were read by themselves, and what several files were as one.
    private func gather(into session: inout TriageSession, _ run: Run) throws -> [CaptureRun] {
        for word in target { session.aim(at: try ProbeArguments.target(word)) }
        let answers = SymptomAnswers(casebook: session.casebook)
        let wish = try hostOptions.wish(looksAtHost: host)
        session.record(try symptom.map(answers.parse))
        if !say.isEmpty {
            let suggestions = Suggestions(session.casebook)
            for text in say { session.record(answers.reports(in: text, suggestions)) }
        }
        for path in evidence { try session.readEvidence(path) }
        var runs: [CaptureRun] = []
        for path in capture where !Interrupt.requested {
            runs.append(try session.readCapture(path, run.console))
        }
        if !merge.isEmpty, !Interrupt.requested {
            let whole = try CaptureMerge.read(merge, casebook: session.casebook, run.console)
            session.record(whole, of: whole.report.file)
            runs.append(whole)
        }
        if !compare.isEmpty, !Interrupt.requested {
            session.record(
                try CaptureComparison.read(
                    compare, analyses: true, casebook: session.casebook, run.console))
        }
        if host || hostOptions.namesSomething, !Interrupt.requested {
            try session.lookAtHost(wish)
        }
        return runs
    }

    private func writeReports(
        _ result: TriageResult, _ conversation: Conversation?
    ) throws(Failure) {
        guard report != nil || html != nil else { return }
        var report =
            conversation.map { IncidentReport(result, $0) } ?? IncidentReport(result, said: say)
        report.ladders = CitedLadder.read(
            result.evidence, of: (capture + compare).filter(OutputFile.isRegular),
            limit: Self.drawnFlows
        ) { _ in !Interrupt.requested }
        if let path = self.report { try ReportFile.write(report, to: path) }
        if let html { try OutputFile.write(ReportHTML.write(report.document), to: html) }
    }

    /// Flows of a capture that a report draws; each is a reading of the capture.
    private static let drawnFlows = 3

    private func present(_ result: TriageResult, _ store: CasebookStore, _ run: Run) {
        let console = run.console
        if json || ndjson {
            let seen = SeenBefore(result.evidence, except: nil, in: store)
            console.write(DiagnosisJSON.document(result, seenBefore: seen?.similar))
        } else if markdown {
            console.write(DiagnosisMarkdown.report(result))
        } else if nagios {
            console.write(NagiosLine.line(result))
        } else {
            let text = DiagnosisText(result: result, verbose: run.settings.verbose)
            var page = text.page(console.newPage())
            // The dialogue has said so already.
            if interactive == nil {
                SeenBefore(result.evidence, except: nil, in: store)?.write(&page)
            }
            console.write(page)
        }
    }

    private func status(of result: TriageResult) -> ExitStatus {
        if nagios { return NagiosLine.status(result) }
        if Interrupt.requested { return .interrupted }
        switch (result.diagnosis.verdict, failOn) {
        case (.confirmed, .likely), (.confirmed, .confirmed), (.likely, .likely): return .found
        case (.confirmed, _), (.likely, _), (.none, _): return .nothingFound
        case (.undecided, _):
            return result.diagnosis.ground == .nothingLookedAt ? .couldNotLook : .notEnoughEvidence
        }
    }
}
