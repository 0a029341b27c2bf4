import ArgumentParser
import CasebookFiles
import EvaluationSimulation
import Foundation

/// Examines `inquest engine` on made-up worlds and on a real casebook.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Simulate incidents and compare the engine's answers with its targets.",
        discussion: "Ends with 1 when a target is missed on the mean over the seeds.")

    @Option(help: "The built inquest.") var program: String
    @Option(help: "A real casebook to examine too.") var casebook: String?
    @Option(parsing: .upToNextOption, help: "Sizes of the made-up casebooks.")
    var cases = [60, 600, 6000]
    @Argument(help: "Seeds of the worlds.") var seeds: [UInt64] = [11, 12, 13, 14, 15]

    func run() throws {
        var evaluation = Evaluation(program: program, seeds: seeds) { text in
            print(text)
            fflush(nil)
        }
        for count in cases { try evaluation.madeUp(cases: count) }
        if let casebook { try evaluation.real(CasebookFolder(path: casebook)) }
        if evaluation.missed > 0 {
            print("\(evaluation.missed) targets missed")
            throw ExitCode(1)
        }
        print("all targets met")
    }
}

Evaluate.main()
