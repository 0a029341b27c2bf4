import ArgumentParser
import Casebook
import CasebookFiles
import Triage

struct CaseExportCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Cases to take elsewhere, exactly as they are.",
        discussion: """
            Markdown is the case file alone; JSON and a tar stream have its replays too. \
            'inquest case import' takes all of them. The same cases give the same bytes.

            Examples:
              inquest case export pmtu-blackhole > case.md
              inquest case export --tar pmtu-blackhole retry-storm --output cases.tar
              inquest case export --tar my-case | ssh db1 inquest case import -
            """)

    @Argument(help: "The cases.") var ids: [String]
    @Flag(help: "One JSON document, files as base64.") var json = false
    @Flag(help: "The case file (the default).") var markdown = false
    @Flag(help: "A tar stream of FAMILY/ID/….") var tar = false
    @Option(name: .shortAndLong, help: ArgumentHelp("A new file to write.", valueName: "file"))
    var output: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let chosen = [("--json", json), ("--markdown", markdown), ("--tar", tar)].filter(\.1)
        if chosen.count > 1 { throw Failure.contradictingFormats(chosen.map(\.0)) }
        if !json, !tar, ids.count > 1 { throw Failure.casework(.markdownOfSeveral(ids.count)) }
        if tar, output == nil, run.console.isTerminal {
            throw Failure.casework(.binaryToTerminal)
        }
        let places = CasePlaces(try CasebookSource(run.settings).books())
        let cases = try ids.map { id in
            let (value, faults) = CaseFolder.read(try places.find(id).folder)
            if !faults.isEmpty { throw Failure.casework(.unreadableFolder(faults: faults)) }
            return value
        }
        let bytes = try tar ? Self.archive(cases) : json ? Self.document(cases) : cases[0].text
        if let output {
            try OutputFile.create(bytes, at: output)
        } else {
            run.console.write(bytes)
        }
        return .done
    }

    private static func archive(_ cases: [CaseFolder]) throws(Failure) -> [UInt8] {
        let entries = cases.flatMap { value in
            value.files.map {
                TapeArchive.Entry(path: "\(value.family)/\(value.id)/\($0.path)", bytes: $0.bytes)
            }
        }
        do {
            return try TapeArchive.write(entries)
        } catch {
            throw .casework(.badBundle(path: "the archive", reason: error.reason))
        }
    }

    private static func document(_ cases: [CaseFolder]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", CaseBundle.schema)
            writer.member("cases", array: cases) { writer, value in
                writer.object { writer in
                    writer.member("id", value.id)
                    writer.member("family", value.family)
                    writer.member("case", String(decoding: value.text, as: UTF8.self))
                    let files = value.files.filter { $0.path != CaseFolder.caseFile }
                    writer.member("files", array: files) { writer, file in
                        writer.object { writer in
                            writer.member("path", file.path)
                            writer.member("base64", Base64.encode(file.bytes))
                        }
                    }
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}
