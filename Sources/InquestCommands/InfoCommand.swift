import ArgumentParser
import Casebook
import CasebookFiles
import CasebookStore
import Glibc
import PacketCapture
import Probes
import Triage

struct InfoCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Paths, versions, and what this build can do.",
        discussion: """
            The database holds what only this machine knows: incidents, and what was learned.

            Examples:
              inquest info --backup incidents-2026-11-22.db
              inquest info --check
            """)

    @Option(
        help: ArgumentHelp(
            "Copy the database, also while it is used; the file must not be there yet.",
            valueName: "file"))
    var backup: String?

    @Flag(help: "Look through the whole database for damage; changes nothing.")
    var check = false

    @Flag(help: "One JSON document.") var json = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if check, backup != nil {
            throw ValidationError("--check and --backup contradict each other")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        if check { return try DatabaseHealthText.check(asJSON: json, run) }
        if let backup { return try DatabaseHealthText.backUp(to: backup, asJSON: json, run) }
        let facts = facts(CasebookSource(run.settings))
        if json {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.info/1")
                for fact in facts {
                    writer.key(fact.key)
                    fact.value.write(&writer)
                }
            }
            writer.endLine()
            run.console.write(writer.bytes)
            return .done
        }
        var page = run.console.newPage()
        for fact in facts {
            page.paragraph(
                fact.value.text, label: DisplayWidth.pad(fact.label, to: 18),
                labelStyle: .bold)
        }
        run.console.write(page)
        return .done
    }

    private struct Fact {
        var key: StaticString
        var label: String
        var value: Value

        init(key: StaticString, label: String, value: String?) {
            (self.key, self.label, self.value) = (key, label, .text(value))
        }

        init(key: StaticString, label: String, flag: Bool, otherwise: String) {
            (self.key, self.label, self.value) = (key, label, .flag(flag, otherwise: otherwise))
        }

        init(key: StaticString, label: String, list: [String]) {
            (self.key, self.label, self.value) = (key, label, .list(list))
        }
    }

    private enum Value {
        case text(String?)
        /// What a person is told to do when it is not so.
        case flag(Bool, otherwise: String)
        case list([String])

        var text: String {
            switch self {
            case .text(let text): text ?? "none"
            case .flag(let flag, let otherwise): flag ? "yes" : "no; \(otherwise)"
            case .list(let list): list.isEmpty ? "none" : list.joined(separator: ", ")
            }
        }

        func write(_ writer: inout JSONWriter) {
            switch self {
            case .text(let text?): writer.string(text)
            case .text(nil): writer.null()
            case .flag(let flag, _): writer.bool(flag)
            case .list(let list): writer.array(list) { $0.string($1) }
            }
        }
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
            Fact(key: "database", label: "database", value: database(loaded)),
            Fact(key: "captures", label: "reads captures", value: "pcap, pcapng"),
            Fact(key: "libpcap", label: "live capture", value: LiveCapture.libraryVersion),
            Fact(
                key: "may_capture", label: "may capture", flag: CaptureRights.mayCapture,
                otherwise: ErrorText.grant),
            Fact(
                key: "interfaces", label: "interfaces", list: CaptureInterface.networkNames()),
            Fact(key: "openssl", label: "asks TLS by", value: ProbeAbilities.openSSL),
            Fact(
                key: "may_send_raw", label: "may send raw", flag: ProbeAbilities.maySendRaw,
                otherwise: ErrorText.grant),
            Fact(key: "probes", label: "probes", list: ProbeList.all.map { $0.name }),
            Fact(key: "not_in_this_version", label: "not yet", value: "host checks"),
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
