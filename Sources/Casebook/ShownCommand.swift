/// Commands from a folder that is not trusted: shown, never run and never offered to be run.
public enum ShownCommand {
    /// A comment of every shell, so that even pasting it runs nothing.
    public static let mark = "# not trusted, not run: "

    /// One line, whatever it was.
    public static func comment(_ command: String) -> String {
        let lines = command.unicodeScalars.map { scalar in
            let isBreak = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            return isBreak || scalar == "\u{2028}" || scalar == "\u{2029}" ? " " : scalar
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: lines)
        return mark + String(text)
    }

}

extension Case {
    /// The case with its commands as comments; everything else can be read and matched as it is.
    public var withCommandsShown: Case {
        var copy = self
        if !copy.decision.command.isEmpty {
            copy.decision.command = ShownCommand.comment(decision.command)
        }
        if !copy.verification.command.isEmpty {
            copy.verification.command = ShownCommand.comment(verification.command)
        }
        return copy
    }
}

extension FindingKind {
    /// As of a case.
    public var withCommandsShown: FindingKind {
        var copy = self
        copy.establishedBy = ShownCommand.comment(establishedBy)
        copy.byHand = ShownCommand.comment(byHand)
        return copy
    }
}
