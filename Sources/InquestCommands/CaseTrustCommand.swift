import ArgumentParser
import Casebook
import CasebookFiles
import Triage

struct CaseTrustCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Trust the commands of a casebook that others can write to.",
        discussion: """
            The built-in casebook is trusted, and one that nobody but you (and root) can write to.
            Cases of any other are read and matched; their commands are shown and never offered to
            be run. Without a folder it tells how each casebook in use stands.
            """)

    @Argument(help: ArgumentHelp("The folder of the casebook.", valueName: "dir"))
    var folder: String?

    @Flag(help: "Trust it no longer.") var remove = false
    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        guard let folder else { return try list(run) }
        try InputFolder.check(folder)
        guard let path = CasebookTrust.canonical(folder) else {
            throw Failure.input(.noSuchFile(path: folder), what: "folder")
        }
        let lists = CasebookLists(environment: run.settings.environment)
        try lists.change(trusting: path, to: !remove)
        run.console.note(
            remove ? "\(path) is on the list no longer." : "\(path) is trusted from now on.")
        return .done
    }

    private func list(_ run: Run) throws(Failure) -> ExitStatus {
        var page = run.console.newPage()
        for book in try CasebookSource(run.settings).books() {
            page.paragraph(
                book.path, label: DisplayWidth.pad(book.kind.rawValue, to: 10), style: .bold)
            page.paragraph(Self.words(book.isTrusted, book.path), indent: 10)
        }
        run.console.write(page)
        return .done
    }

    static func words(_ isTrusted: Bool, _ path: String) -> String {
        if isTrusted { return "trusted" }
        let why =
            switch CasebookTrust.doubt(of: path) {
            case .foreignOwner(let path): "\(path) belongs to somebody else"
            case .writableByOthers(let path): "others may write to \(path) (chmod go-w)"
            case nil: "others may write there"
            }
        return "not trusted: \(why). 'inquest case trust DIR' trusts it all the same."
    }
}
