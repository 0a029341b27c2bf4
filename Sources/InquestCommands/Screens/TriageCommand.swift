import ArgumentParser
import Casebook
import NcursesTerminal
import TerminalUI
import Triage
import TriageTUI

/// `inquest` without a command: the triage on screens.
struct TriageCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "triage",
        abstract: "Find the cause on screens, question by question (the default).",
        discussion: """
            Examples:
              inquest
              inquest db1.example:443
              inquest --capture client.pcap
              inquest --resume last

            All that is said is kept at once; --resume brings it back, also after a crash.
            On a terminal without cursor control (TERM=dumb) and with --plain it asks line
            by line. In a pipe use 'inquest diagnose'.
            """)

    @Argument(help: ArgumentHelp("What the trouble is about, host:port.", valueName: "target"))
    var target: String?

    @Option(help: ArgumentHelp("A pcap or pcapng file; repeatable.", valueName: "file"))
    var capture: [String] = []

    @Option(help: ArgumentHelp("The trouble in your own words.", valueName: "text"))
    var say: [String] = []

    @Option(
        help: ArgumentHelp("Take up an incident: 'last' or its id.", valueName: "id"))
    var resume: String?

    @Option(help: "Colours and weights: auto, mono, high-contrast.")
    var theme: String?

    @Flag(help: "Draw with ASCII alone.") var ascii = false

    @Flag(
        help: """
            The mouse chooses rows and keys of the footer, its wheel scrolls; Shift selects text.
            """)
    var mouse = false

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        try checkTarget()
        let theme = try chosenTheme(run.settings)
        guard !run.settings.inputRefused else {
            throw Failure.contradictingFormats(["the screens", "--no-input"])
        }
        let store = SessionStore(run.settings)
        if run.settings.plain || Self.isDumb(run.settings) { return try askPlainly(run) }
        return try onScreens(run, store, theme)
    }

    static func isDumb(_ settings: Settings) -> Bool {
        ["", "dumb"].contains(settings.environment["TERM"] ?? "")
    }

    /// A word that is no target was probably meant as a command.
    private func checkTarget() throws(Failure) {
        guard let target, !target.contains(":") else { return }
        let names = Inquest.configuration.subcommands.compactMap { command in
            command.configuration.commandName
        }
        throw .unknownCommand(target, suggestion: Nearest.match(target, in: names))
    }

    private func chosenTheme(_ settings: Settings) throws(Failure) -> Theme {
        let word = theme ?? settings.environment["INQUEST_THEME"] ?? ""
        guard word.isEmpty || Theme(rawValue: word) != nil else {
            throw .badValue(
                option: "--theme", value: word, expected: Theme.allCases.map(\.rawValue))
        }
        let chosen = Theme(rawValue: word) ?? .auto
        return chosen == .auto && !settings.colourAllowed ? .mono : chosen
    }

    /// Line by line, with the same questions.
    private func askPlainly(_ run: Run) throws -> ExitStatus {
        var arguments = ["--interactive=plain"]
        for text in say { arguments += ["--say", text] }
        for path in capture { arguments += ["--capture", path] }
        if let resume { arguments += ["--resume", resume] }
        if let target { arguments.append(target) }
        guard let command = try DiagnoseCommand.parseAsRoot(arguments) as? DiagnoseCommand else {
            return .usage
        }
        return try command.execute(run)
    }

    private func onScreens(
        _ run: Run, _ store: SessionStore, _ theme: Theme
    ) throws -> ExitStatus {
        let loaded = try CasebookSource(run.settings).load()
        let (engine, warning) = loaded.engine(now: IncidentCommand.now())
        var session = TriageSession(casebook: loaded.casebook, engine: engine)
        for warning in loaded.warnings + (warning.map { [$0] } ?? []) { session.warn(warning) }
        if let target { session.aim(at: try ProbeArguments.target(target)) }
        store.takeOver(casebook: loaded.casebook)
        let kept = try resume.map { try store.read(named: $0, casebook: loaded.casebook) }
        let earlier = store.all(casebook: loaded.casebook)
        let terminal: Terminal
        do {
            terminal = try Terminal(
                theme: theme,
                ascii: ascii || Settings.isSet("INQUEST_ASCII", run.settings.environment),
                mouse: mouse || Settings.isSet("INQUEST_MOUSE", run.settings.environment))
        } catch {
            throw Failure.terminal(error)
        }
        defer { terminal.close() }
        let loop = ScreenLoop(
            terminal: terminal, loaded: loaded, session: session, earlier: earlier, store: store,
            run: run)
        return loop.run(captures: capture, said: say, resuming: kept)
    }
}
