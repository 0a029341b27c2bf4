import NcursesTerminal
import Triage

extension ErrorText {
    /// What keeps the screens from opening.
    static func screens(_ failure: Failure) -> Report {
        switch failure {
        case .unknownCommand(let word, let suggestion):
            Report(
                text: "there is no command '\(word)'"
                    + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                    + "; a target is written host:port; 'inquest --help' shows all commands",
                status: .usage)
        case .terminal(let fault): report(fault)
        case .noSuchSession(let name, let folder):
            Report(
                text: "there is no incident '\(name)'"
                    + (folder.map { " in \($0)" } ?? ": there is no home directory")
                    + "; 'inquest incident list' shows all", status: .noInput)
        default:
            Report(
                text: "nothing can be kept: there is no home directory; set XDG_STATE_HOME",
                status: .inputOutput)
        }
    }

    /// What keeps the packets of a flow from being shown.
    static func sentence(_ fault: FlowReading.Fault, _ path: String) -> String {
        switch fault {
        case .capture(let error): report(error).text
        case .notThere: "\(path) has no such flow of TCP; was it written anew since?"
        }
    }

    private static func report(_ fault: TerminalFault) -> Report {
        let scripted =
            "the screens need one. In a script: inquest diagnose --capture FILE --symptom ID; "
            + "over a pipe: inquest diagnose --interactive=plain"
        return switch fault {
        case .inputIsNoTerminal:
            Report(text: "standard input is no terminal; \(scripted)", status: .usage)
        case .outputIsNoTerminal:
            Report(text: "standard output is no terminal; \(scripted)", status: .usage)
        case .unknownTerminal(let name):
            Report(
                text: "terminfo knows no terminal '\(name)' (TERM), and xterm neither; "
                    + "inquest --plain asks line by line", status: .usage)
        case .noPipe(let code):
            Report(text: "no pipe could be made: \(reason(code))", status: .inputOutput)
        }
    }
}
