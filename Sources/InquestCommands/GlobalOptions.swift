import ArgumentParser

/// Options of every command; they may stand before or after its name.
struct GlobalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A casebook folder; repeatable, later ones win.", valueName: "dir"))
    var casebook: [String] = []

    @Option(help: ArgumentHelp("The index of the casebook.", valueName: "file"))
    var database: String?

    @Flag(help: "No colour, also on a terminal.")
    var noColor = false

    @Flag(help: "No colour, no drawings, no wrapped lines.")
    var plain = false

    @Flag(name: .shortAndLong, help: "No progress and no notices.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say on standard error what is done.")
    var verbose = false

    @Flag(help: "Never ask anything.")
    var noInput = false

    @Option(help: ArgumentHelp("Notices as text or json.", valueName: "format"))
    var logFormat: String?
}
