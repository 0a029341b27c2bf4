import ArgumentParser
import Casebook
import CasebookFiles
import TrafficAnalysis
import Triage

struct CaseNewCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a case of an incident: what was seen, and what only you know.",
        discussion: """
            Fills in what the evidence tells, asks for the rest, copies captures and evidence \
            without addresses and names, checks the case, and puts it into your casebook if it has \
            no fault. What you typed is kept in any event.

            Examples:
              inquest case new --from-incident last
              inquest case new upload-killed-by-proxy --capture a.pcap --near-miss good.pcap
              inquest case new --evidence e.json --edit
              inquest case new --template > case.md
            """)

    @Argument(help: "The id of the case, in kebab-case: the cause, not the symptom.")
    var id: String?

    @Option(help: ArgumentHelp("A kept triage: 'last' or its id.", valueName: "id"))
    var fromIncident: String?

    @Option(help: ArgumentHelp("Recorded evidence, '-' for standard input.", valueName: "file"))
    var evidence: [String] = []

    @Option(help: ArgumentHelp("A capture of the trouble; repeatable.", valueName: "file"))
    var capture: [String] = []

    @Option(
        help: ArgumentHelp(
            "A capture that looks alike and is not this case; repeatable.", valueName: "file"))
    var nearMiss: [String] = []

    @Flag(help: "A template with explanations in the place of a filled-in case.")
    var template = false

    @Flag(help: "Open the case in $VISUAL or $EDITOR instead of asking line by line.")
    var edit = false

    @Option(
        help: ArgumentHelp(
            "The casebook that gets the case. (default: your own)", valueName: "dir"))
    var into: String?

    @OptionGroup(title: "Answers, instead of being asked") var answers: CaseAnswers
    @Flag(help: "One JSON document of what came of it.") var json = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if template, json { throw ValidationError("--template writes no JSON") }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        if let id, !CaseName.isGood(id) { throw Failure.casework(.notKebabCase(id)) }
        try answers.check()
        let source = CasebookSource(run.settings)
        let folders = try source.folders()
        let root = try CasebookTarget.root(into, run.settings)
        if template { return try startTemplate(folders, run) }
        let loaded = try source.load()
        if let id { try CasebookTarget.checkFree(id, loaded.casebook, root) }
        var incident = try gather(loaded, run)
        if incident.isEmpty { throw Failure.casework(.nothingSeen) }
        let bench = CaseBench(folders: folders, root: root, run: run, json: json)
        return try bench.make(&incident, id: id, answers, asks: asks(run), edits: edit)
    }

    /// Standard input has evidence, or nobody is there.
    private func asks(_ run: Run) -> Bool {
        !edit && !run.settings.inputRefused && !evidence.contains("-")
    }

    private func gather(_ loaded: LoadedCasebook, _ run: Run) throws -> DraftIncident {
        let (engine, _) = loaded.engine(now: IncidentCommand.now())
        var incident = DraftIncident(
            session: TriageSession(casebook: loaded.casebook, engine: engine))
        if let fromIncident {
            let store = SessionStore(run.settings)
            let kept = try store.read(named: fromIncident, casebook: loaded.casebook)
            incident.restore(kept, run.console)
        }
        for path in evidence { try incident.session.readEvidence(path) }
        for path in capture where !Interrupt.requested {
            let read = try incident.session.readCapture(path, run.console)
            incident.captures.append(CaseReplays.Capture(path: path, input: SliceInput(read)))
        }
        for path in nearMiss where !Interrupt.requested {
            let progress = try CaptureRun(path: path, casebook: loaded.casebook) { _ in
                !Interrupt.requested
            }
            incident.nearMissEvidence += progress.report.findings
            incident.captures.append(
                CaseReplays.Capture(path: path, input: SliceInput(progress), isNearMiss: true))
        }
        return incident
    }

    private func startTemplate(_ folders: [String], _ run: Run) throws -> ExitStatus {
        let bytes = folders.lazy.compactMap {
            try? InputFile.read("\($0)/TEMPLATE.md", limit: 1 << 20)
        }.first
        guard let bytes else { throw Failure.casework(.noTemplate) }
        guard let id else {
            run.console.write(bytes)
            return .done
        }
        let family = answers.family ?? "tcp"
        let text = CaseTemplate.fill(String(decoding: bytes, as: UTF8.self), id: id, family: family)
        let draft = DraftFolder(environment: run.settings.environment)
        try draft.write(text, family: family, id: id)
        run.console.note(
            "The template is in \(draft.path). Fill it in, then: inquest case import "
                + CommandFilling.quoted(draft.root))
        if edit, let reason = TextEditor(environment: run.settings.environment).edit(draft.path) {
            throw Failure.casework(
                .editor(
                    command: TextEditor(environment: run.settings.environment).command,
                    reason: reason, kept: draft.root))
        }
        return .done
    }
}

/// What only people know, from flags.
struct CaseAnswers: ParsableArguments {
    @Option(help: "One sentence that names cause and effect.") var title: String?
    @Option(help: "Its family, for example tls or middlebox.") var family: String?
    @Option(help: "What happens.") var meaning: String?
    @Option(help: "Who feels it.") var impact: String?
    @Option(help: "What happened this time.") var story: String?
    @Option(help: "What to do to settle it, and what confirms it.") var test: String?
    @Option(help: "What stops the pain now.") var mitigation: String?
    @Option(help: "What removes the cause.") var root: String?
    @Option(help: "Over what time and load the fix is proven.") var window: String?
    @Option(help: ArgumentHelp("The ticket or postmortem.", valueName: "url")) var source: String?

    private var given: [(String, String)] {
        [
            ("title", title), ("family", family), ("meaning", meaning), ("impact", impact),
            ("story", story), ("test", test), ("mitigation", mitigation), ("root", root),
            ("window", window), ("source", source),
        ].compactMap { name, value in value.map { (name, $0.trimmedOfBlanks) } }
    }

    /// A wrong answer is told before a long capture is read.
    func check() throws(Failure) {
        var nothing = DraftedCase(value: Case(id: "", title: "", family: ""), notes: .init())
        try fill(&nothing)
    }

    func fill(_ drafted: inout DraftedCase) throws(Failure) {
        for (name, value) in given {
            guard let question = CaseQuestion.all.first(where: { $0.name == name }) else {
                continue
            }
            if let fault = question.put(value, &drafted.value) {
                throw .badValue(option: "--\(name)", value: value, expected: [fault])
            }
        }
    }
}

/// `TEMPLATE.md` with the name of the case that it becomes.
enum CaseTemplate {
    static func fill(_ text: String, id: String, family: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            for (key, value) in [("id", id), ("family", family)] where line.hasPrefix("\(key): ") {
                let remark = line.firstIndex(of: "#").map { "  " + line[$0...] } ?? ""
                return "\(key): \(value)\(remark)"
            }
            return String(line)
        }.joined(separator: "\n")
    }
}
