import ArgumentParser
import Casebook
import Triage

/// The group of the commands about findings: facts that a machine establishes.
struct FindingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finding", abstract: "The facts a machine can establish.",
        subcommands: [FindingListCommand.self, FindingShowCommand.self])
}

struct FindingListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every finding with what it takes to establish it.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    /// The finding of a case's log signature is as long as the case's id makes it.
    private static let idWidth = 56

    func execute(_ run: Run) throws -> ExitStatus {
        let casebook = try CasebookSource(run.settings).load().casebook
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.finding-list/1")
                writer.member("findings", array: casebook.findings) { writer, finding in
                    writer.object { $0.finding(finding) }
                }
            }
            writer.endLine()
            run.console.write(writer.bytes)
            return .done
        }
        var page = run.console.newPage()
        for finding in casebook.findings {
            let facts =
                DisplayWidth.pad(finding.effect.rawValue, to: 11) + (finding.unit ?? "")
            let fits = DisplayWidth.of(finding.id) <= Self.idWidth
            if !fits { page.line(finding.id) }
            page.line(DisplayWidth.pad(fits ? finding.id : "", to: Self.idWidth) + " " + facts)
        }
        run.console.write(page)
        return .done
    }
}

struct FindingShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A finding: definition, commands, cases that ask for it.")

    @Argument(help: "The finding.") var id: String
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let casebook = try CasebookSource(run.settings).load().casebook
        guard let finding = casebook[finding: id] else {
            throw Failure.unknownID(
                kind: "finding", id: id,
                suggestion: Nearest.match(id, in: casebook.findings.map(\.id)))
        }
        let uses = FactUses(id, in: casebook)
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.finding-show/1")
                writer.finding(finding)
                uses.write(&writer)
            }
            writer.endLine()
            run.console.write(writer.bytes)
        } else {
            var page = run.console.newPage()
            describe(finding, &page)
            uses.write(&page)
            run.console.write(page)
        }
        return .done
    }

    private func describe(_ finding: FindingKind, _ page: inout TextPage) {
        page.line(finding.id, .bold)
        page.paragraph(finding.definition, indent: 2)
        var facts = "Effect: \(finding.effect.rawValue)."
        if let unit = finding.unit { facts += " Measured in \(unit)." }
        if let group = finding.group { facts += " One of several readings of '\(group)'." }
        page.paragraph(facts, indent: 2)
        if CommandFilling.isAvailable(finding.establishedBy) {
            page.heading("Established by")
            page.command(CommandFilling(target: nil, capture: nil).fill(finding.establishedBy))
        }
        page.heading("By hand")
        page.command(CommandFilling(target: nil, capture: nil).fill(finding.byHand))
    }
}

extension JSONWriter {
    fileprivate mutating func finding(_ finding: FindingKind) {
        member("id", finding.id)
        member("definition", finding.definition)
        member("unit", ifPresent: finding.unit)
        member("effect", finding.effect.rawValue)
        member("established_by", finding.establishedBy)
        member("by_hand", finding.byHand)
        member("group", ifPresent: finding.group)
        member("tier", finding.tier)
    }
}
