import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct IncidentResolveCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Record what a kept incident turned out to be; diagnose learns from it.",
        discussion: """
            Example:
              inquest incident resolve last --case close-wait-leak \\
                --fixed-by "upgrade to 2.4.1" --time-to-diagnose 45m \\
                --verified-by "sockets in CLOSE-WAIT stayed at 3 for a day"

            What the evidence contradicts is held back until a second person has looked at it.
            'inquest incident reopen' takes it back.
            """)

    @Argument(help: IncidentName.help) var incident: String

    @Option(name: .customLong("case"), help: ArgumentHelp("What it was.", valueName: "id"))
    var cause: String?

    @Flag(help: "It was none of the cases in the casebook.") var unlisted = false

    @Option(
        help: ArgumentHelp(
            "How the repair was seen to work; without it the cause is only believed.",
            valueName: "text"))
    var verifiedBy: String?

    @Option(help: ArgumentHelp("What made the trouble go away.", valueName: "text"))
    var fixedBy: String?

    @Option(
        help: ArgumentHelp(
            "From the first alarm until the cause was known, as 90s, 45m or 3h. "
                + "(default: as long as the triage took)", valueName: "time"))
    var timeToDiagnose: String?

    @Option(
        help: ArgumentHelp(
            "The same for one host and one fault, so that a relapse within a day counts once.",
            valueName: "text"))
    var fingerprint: String?

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if (cause == nil) != unlisted {
            throw ValidationError("give either --case CASE or --unlisted")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        let seconds = try Self.seconds(timeToDiagnose)
        let reader = try IncidentReader(run)
        let casebook = try reader.casebook()
        if let cause, casebook[case: cause] == nil {
            throw Failure.unknownID(
                kind: "case", id: cause,
                suggestion: Nearest.match(cause, in: casebook.cases.map(\.id)))
        }
        let session = try reader.session(incident)
        guard session.evidence.contains(where: { $0.state != .unknown }) else {
            throw Failure.emptyEvidence(path: "this incident")
        }
        let resolution = IncidentResolution(
            entry: LedgerEntry(
                time: IncidentCommand.now(), cause: cause, verified: verifiedBy != nil,
                fingerprint: fingerprint, evidence: session.evidence),
            verifiedBy: verifiedBy, fixedBy: fixedBy,
            secondsToDiagnose: seconds ?? Int(max(0, session.updated - session.created)))
        let number: Int
        do {
            number = try reader.writableDatabase().resolve(session.id, as: resolution)
        } catch let error as StoreError {
            throw Failure.incidents(error)
        }
        try IncidentText.present(number, asJSON: json, run)
        return .done
    }

    /// `90`, `90s`, `45m`, `3h` or `2d`; ten years at most.
    static func seconds(_ text: String?) throws(Failure) -> Int? {
        guard let text else { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? Substring(text) : text.dropLast()
        guard let number = Int(digits), (0...315_360_000).contains(number),
            number * (unit ?? 1) <= 315_360_000
        else {
            throw .badValue(
                option: "--time-to-diagnose", value: text, expected: ["a time: 90s, 45m, 3h"])
        }
        return number * (unit ?? 1)
    }
}

struct IncidentReopenCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Take back what an incident was resolved as; what was learned is unlearned.")

    @Argument(help: IncidentName.help) var incident: String
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        let summary = try reader.summary(incident)
        guard summary.resolved != nil, let outcome = summary.outcome else {
            throw Failure.openAlready(id: summary.id)
        }
        do {
            try reader.writableDatabase().withdraw(outcome.number, time: IncidentCommand.now())
        } catch let error as StoreError {
            throw Failure.incidents(error)
        }
        try IncidentText.present(outcome.number, asJSON: json, run)
        return .done
    }
}
