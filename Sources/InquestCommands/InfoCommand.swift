import ArgumentParser
import Casebook
import CasebookFiles
import CasebookStore
import Glibc
import Triage

struct InfoCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Paths, versions, and what this build can do.")

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let facts = facts(CasebookSource(run.settings))
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.info/1")
                for fact in facts {
                    writer.key(fact.key)
                    if let value = fact.value { writer.string(value) } else { writer.null() }
                }
            }
            writer.endLine()
            run.console.write(writer.bytes)
            return .done
        }
        var page = run.console.newPage()
        for fact in facts {
            page.paragraph(
                fact.value ?? "none", label: DisplayWidth.pad(fact.label, to: 18),
                labelStyle: .bold)
        }
        run.console.write(page)
        return .done
    }

    private struct Fact {
        var key: StaticString
        var label: String
        var value: String?
    }

    private func facts(_ source: CasebookSource) -> [Fact] {
        let folders = try? source.folders()
        let loaded = try? source.load()
        return [
            Fact(key: "version", label: "inquest", value: Inquest.version),
            Fact(key: "executable", label: "program", value: CasebookSource.executablePath()),
            Fact(
                key: "casebook", label: "casebook", value: folders?.joined(separator: ":")),
            Fact(
                key: "casebook_contents", label: "holds",
                value: loaded.map { contents($0.casebook) }),
            Fact(key: "casebook_hash", label: "hash", value: loaded?.casebook.hash),
            Fact(key: "casebook_read_from", label: "read from", value: loaded?.origin.rawValue),
            Fact(key: "database", label: "index", value: database(loaded)),
            Fact(key: "captures", label: "reads captures", value: "pcap, pcapng"),
            Fact(
                key: "not_in_this_version", label: "not yet",
                value: "live probes, host checks, live capture"),
        ]
    }

    private func contents(_ casebook: Casebook) -> String {
        "\(casebook.cases.count) cases, \(casebook.symptoms.count) symptoms, "
            + "\(casebook.findings.count) findings"
    }

    private func database(_ loaded: LoadedCasebook?) -> String? {
        switch loaded?.store.location {
        case .file(let path): path
        case .inMemory: "in memory, for this run alone"
        case nil: nil
        }
    }
}
