import Triage

/// What somebody typed at the prompt of a triage.
enum Reply: Equatable {
    case answer(Answer)
    case why, undo, back, quit, help
    /// The trouble in the operator's own words.
    case say(String)
    case capture(path: String)
    /// `ID=ANSWER`: an answer to something else than what was asked.
    case correction(id: String, answer: Answer)
    case nothing
    case other(String)

    static let explanation = """
        Answers: y (yes), n (no), ? (I do not know), py (probably yes), pn (probably no).
        why: what the answer would tell. undo: take the last answer back.
        back: take it back and answer it again. quit: end with what is known.
        say TEXT: tell in your own words. capture PATH: read a packet capture.
        ID=yes, ID=no, ID=unknown: answer or correct any question by its id.
        """

    init(_ line: String) {
        let text = Self.trimmed(line)
        let lower = text.lowercased()
        if let answer = Self.answer(lower) {
            self = .answer(answer)
        } else if let command = Self.commands[lower] {
            self = command
        } else {
            self = Self.longer(text, lower)
        }
    }

    static func answer(_ text: String) -> Answer? {
        switch text {
        case "y": .yes
        case "n": .no
        case "?", "don't know", "i do not know": .unknown
        case "py", "probably yes": .probably
        case "pn", "probably no", "probably not": .probablyNot
        default: Answer(rawValue: text)
        }
    }

    private static let commands: [String: Reply] = [
        "": .nothing, "w": .why, "why": .why, "u": .undo, "undo": .undo, "b": .back,
        "back": .back, "q": .quit, "quit": .quit, "exit": .quit, "h": .help, "help": .help,
    ]

    private static func longer(_ text: String, _ lower: String) -> Reply {
        if lower.hasPrefix("say ") { return .say(trimmed(text.dropFirst(4))) }
        if lower.hasPrefix("capture ") { return .capture(path: trimmed(text.dropFirst(8))) }
        let parts = text.split(separator: "=", maxSplits: 1)
        if parts.count == 2, let answer = answer(trimmed(parts[1]).lowercased()) {
            return .correction(id: trimmed(parts[0]), answer: answer)
        }
        return .other(text)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
