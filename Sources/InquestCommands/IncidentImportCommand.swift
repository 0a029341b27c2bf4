import ArgumentParser
import Casebook
import CasebookStore
import Triage

struct IncidentImportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take in incidents of another machine: new ones, and newer states of known ones.",
        discussion: """
            Nothing is taken in when anything in the file is wrong. What incidents turned out to
            be is learned from as if it were recorded here, unless --no-outcomes is given; what
            the evidence contradicts is held back.

            Example:
              inquest incident import incident.json --dry-run
            """)

    @Argument(
        help: ArgumentHelp("Of 'incident export', '-' for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Learn nothing of what the incidents turned out to be.") var noOutcomes = false
    @Flag(name: .shortAndLong, help: "Tell what would be done.") var dryRun = false
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(file, limit: EvidenceFile.maximumBytes)
        } catch {
            throw Failure.input(error, what: "incidents")
        }
        let entries: [IncidentBundle.Entry]
        do {
            entries = try IncidentBundle.read(bytes, casebook: reader.casebook())
        } catch let fault as EvidenceFile.Fault {
            throw Failure.evidence(path: file, fault)
        }
        let done: [IncidentArrival.Fate]
        do {
            done = try (dryRun ? reader.database() : reader.writableDatabase()).take(
                entries.map { arrival($0) }, dryRun: dryRun)
        } catch let error as StoreError {
            throw Failure.incidents(error)
        }
        tell(zip(entries, done).map { ($0.session, $1) }, run)
        return .done
    }

    private func arrival(_ entry: IncidentBundle.Entry) -> IncidentArrival {
        var session = entry.session
        session.origin = "import"
        session.resolved = nil
        guard !noOutcomes, let outcome = entry.outcome,
            session.evidence.contains(where: { $0.state != .unknown })
        else { return IncidentArrival(record: session.record) }
        return IncidentArrival(
            record: session.record,
            resolution: IncidentResolution(
                entry: LedgerEntry(
                    time: outcome.time, cause: outcome.cause, verified: outcome.verified,
                    evidence: session.evidence),
                verifiedBy: outcome.verifiedBy, fixedBy: outcome.fixedBy,
                secondsToDiagnose: outcome.secondsToDiagnose))
    }

    private func tell(_ done: [(session: SessionFile, fate: IncidentArrival.Fate)], _ run: Run) {
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.incident-import/1")
                writer.member("dry_run", dryRun)
                writer.member("incidents", array: done) { writer, item in
                    writer.object { writer in
                        writer.member("id", item.session.id)
                        writer.member("title", item.session.title)
                        writer.member("fate", item.fate.rawValue)
                    }
                }
            }
            writer.endLine()
            return run.console.write(writer.bytes)
        }
        var page = run.console.newPage()
        for (session, fate) in done {
            page.paragraph(
                "\(session.id.prefix(13))  \(session.title)",
                label: DisplayWidth.pad(fate.rawValue, to: 9), labelStyle: .bold)
        }
        let taken = done.count { $0.fate != .known }
        page.paragraph(
            "\(Figures.plural(taken, "incident")) of \(done.count) "
                + (dryRun ? "would be taken in." : "taken in."))
        run.console.write(page)
    }
}
