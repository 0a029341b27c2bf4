import ArgumentParser
import Casebook
import Triage

/// The group of the commands about symptoms: questions for a person.
struct SymptomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "symptom", abstract: "The questions a person can answer.",
        subcommands: [SymptomListCommand.self, SymptomShowCommand.self])
}

struct SymptomListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every symptom with its question.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let casebook = try CasebookSource(run.settings).load().casebook
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.symptom-list/1")
                writer.member("symptoms", array: casebook.symptoms) { writer, symptom in
                    writer.object { $0.symptom(symptom) }
                }
            }
            writer.endLine()
            run.console.write(writer.bytes)
            return .done
        }
        var page = run.console.newPage()
        for symptom in casebook.symptoms {
            page.paragraph(
                symptom.question, label: DisplayWidth.pad(symptom.id, to: 28) + " ",
                labelStyle: .bold)
        }
        run.console.write(page)
        return .done
    }
}

struct SymptomShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A symptom and the cases that ask for it.")

    @Argument(help: "The symptom.") var id: String
    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let casebook = try CasebookSource(run.settings).load().casebook
        guard let symptom = casebook[symptom: id] else {
            throw Failure.unknownID(
                kind: "symptom", id: id,
                suggestion: Nearest.match(id, in: casebook.symptoms.map(\.id)))
        }
        let uses = FactUses(id, in: casebook)
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.symptom-show/1")
                writer.symptom(symptom)
                uses.write(&writer)
            }
            writer.endLine()
            run.console.write(writer.bytes)
        } else {
            var page = run.console.newPage()
            page.line(symptom.id, .bold)
            page.paragraph(symptom.question, indent: 2)
            if let group = symptom.group {
                page.paragraph("One of several readings of '\(group)'.", indent: 2)
            }
            uses.write(&page)
            run.console.write(page)
        }
        return .done
    }
}

extension JSONWriter {
    fileprivate mutating func symptom(_ symptom: Symptom) {
        member("id", symptom.id)
        member("question", symptom.question)
        member("group", ifPresent: symptom.group)
    }
}
