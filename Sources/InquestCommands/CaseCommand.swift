import ArgumentParser

/// The group of the commands about cases.
struct CaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case",
        abstract: "List, read, search, add, change, check and test the cases of the casebook.",
        subcommands: [
            CaseListCommand.self, CaseShowCommand.self, CaseSearchCommand.self,
            CaseNewCommand.self, CaseLintCommand.self, CaseTestCommand.self,
            CaseEditCommand.self, CaseImportCommand.self, CaseExportCommand.self,
            CaseTrustCommand.self,
        ])
}
