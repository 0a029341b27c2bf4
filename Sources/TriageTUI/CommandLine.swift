import Casebook
import Diagnosis
import TerminalUI
import Triage

/// What can be typed after `:`.
enum CommandLine {
    /// Words that do what a key does.
    static let plain: [(name: String, command: Command)] =
        [
            ("casebook", .casebook), ("cancel", .cancelJobs), ("copy", .copy),
            ("draft", .draftCase), ("end", .end), ("help", .help), ("jobs", .jobs),
            ("quit", .quit), ("q", .quit), ("resolve", .confirmCause), ("sessions", .sessions),
            ("steps", .steps), ("summary", .leaveSummary), ("undo", .undo), ("why", .why),
        ] + Places.all.map { ($0.word, .show($0.word)) }
    /// Words that need something behind them.
    static let withArgument = [
        "say", "capture", "compare", "case", "flow", "packet", "report", "target",
    ]

    static func complete(_ text: String, _ model: Model) -> String {
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = words.first else { return text }
        if words.count == 2, first == "case" {
            let ids = model.conversation.casebook.cases.map(\.id)
            return "case " + common(ids, String(words[1]))
        }
        if words.count > 1 { return text }
        let facts = text.contains("-") ? model.conversation.casebook.symptoms.map(\.id) : []
        return common(plain.map(\.name) + withArgument + facts, text)
    }

    /// The longest text with which all words go on that begin with `text`.
    private static func common(_ words: [String], _ text: String) -> String {
        let fitting = words.filter { $0.hasPrefix(text) }
        guard var result = fitting.first else { return text }
        for word in fitting {
            while !word.hasPrefix(result) { result.removeLast() }
        }
        return result
    }
}

extension Model {
    /// Does what was typed after `:`.
    mutating func obey(_ line: String, _ now: Int64) -> [Effect] {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let first = words.first.map(String.init) else { return [] }
        // The end of a pasted line stands there as a space.
        let end = words.last.flatMap { $0.lastIndex { $0 != " " } }
        let rest = words.count > 1 ? end.map { String(words[1][...$0]) } ?? "" : ""
        if let entry = CommandLine.plain.first(where: { $0.name == first }), rest.isEmpty {
            return perform(entry.command, now)
        }
        switch first {
        case "say" where !rest.isEmpty: return say(rest, now)
        case "capture" where !rest.isEmpty: return captureNamed(rest)
        case "compare" where !rest.isEmpty: return comparePoints(rest)
        case "report" where !rest.isEmpty: return [.saveReport(path: rest, replacing: false)]
        case "target" where !rest.isEmpty:
            if let fault = conversation.aim(at: rest, at: now) {
                notice = "No target: \(fault)"
                return []
            }
            showTriage()
            notice = "The target is \(rest)."
            return changed(now)
        case "case" where !rest.isEmpty: return openCase(rest)
        case "flow", "packet": return openNumbered(first, rest)
        case "casebook", "search":
            screens.append(.casebook(CasebookState()))
            return []
        case "report", "say", "capture", "compare", "case", "target":
            notice = ":\(first) needs something behind it."
            return []
        default: return other(line, now)
        }
    }

    private mutating func openCase(_ id: String) -> [Effect] {
        guard conversation.casebook[case: id] != nil else {
            let ids = conversation.casebook.cases.map(\.id)
            notice =
                "The casebook has no case '\(id)'."
                + (Nearest.match(id, in: ids).map { " Did you mean \($0)?" } ?? "")
            return []
        }
        screens.append(.caseFile(CaseState(id: id)))
        return []
    }

    /// `ID=ANSWER`, or a command that belongs to a shell.
    private mutating func other(_ line: String, _ now: Int64) -> [Effect] {
        let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2, conversation.casebook.knows(fact: parts[0]) {
            guard let answer = Answer(rawValue: parts[1]) else {
                notice = "Answer with " + Answer.allCases.map(\.rawValue).joined(separator: ", ")
                return []
            }
            conversation.correct(parts[0], answer, at: now)
            notice = "Noted: \(line)."
            return changed(now)
        }
        let first = line.split(separator: " ").first.map(String.init) ?? ""
        let shell = [
            "diagnose", "probe", "capture", "host", "sql", "case", "finding", "symptom",
            "incident", "info", "engine",
        ]
        if shell.contains(first) {
            notice = "Run this in a shell: inquest \(line)"
            return []
        }
        let names = CommandLine.plain.map(\.name) + CommandLine.withArgument
        notice =
            "There is no ':\(first)'."
            + (Nearest.match(first, in: names).map { " Did you mean ':\($0)'?" } ?? " ? shows all.")
        return []
    }
}
