import ArgumentParser
import CasebookStore
import Triage

struct IncidentExportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Incidents as one JSON document, for 'incident import' elsewhere.",
        discussion: """
            Captures are named in it, and not in it.

            Examples:
              inquest incident export last > incident.json
              inquest incident export 0199b2c4 0199b2d7 --redact > for-the-vendor.json
            """)

    @Argument(help: IncidentName.help) var incident: [String]

    @Flag(
        help: """
            Without own words, names, addresses, paths and texts made of what was seen; facts, \
            ports, numbers and times stay.
            """)
    var redact = false

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let reader = try IncidentReader(run)
        var entries: [IncidentBundle.Entry] = []
        for name in incident {
            let session = try reader.session(name)
            if entries.contains(where: { $0.session.id == session.id }) { continue }
            let summary = try? reader.summary(session.id)
            var outcome = summary?.resolved == nil ? nil : summary?.outcome
            if redact {
                outcome?.fixedBy = nil
                outcome?.verifiedBy = nil
            }
            entries.append(
                IncidentBundle.Entry(
                    session: redact ? session.redacted : session, outcome: outcome))
        }
        run.console.write(IncidentBundle.write(entries))
        return .done
    }
}
