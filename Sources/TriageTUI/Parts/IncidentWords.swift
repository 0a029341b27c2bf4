import Casebook
import CasebookStore
import TerminalUI
import Triage

/// What is said of incidents.
enum IncidentWords {
    /// What it is, and what is known of it.
    static func lines(_ row: IncidentsScreen.Row, _ model: Model) -> [String] {
        switch row {
        case .current(let session):
            [
                "This one: " + session.title,
                summary(session) + (model.seenBefore.map { ". " + $0 } ?? ""),
            ]
        case .open(let session): [session.title, summary(session)]
        case .confirmed(let entry):
            [
                "\(entry.number)  "
                    + (entry.cause.flatMap { model.conversation.casebook[case: $0]?.title }
                        ?? entry.cause ?? "no case of the casebook"),
                summary(entry, model),
            ]
        }
    }

    private static func summary(_ session: SessionFile) -> String {
        "\(Times.text(session.updated)), \(Phrases.plural(session.evidence.count, "fact"))"
            + (session.resolved.map { ", resolved as incident \($0)" } ?? "")
    }

    static func summary(_ entry: LedgerEntry, _ model: Model) -> String {
        let facts = entry.evidence.count { $0.state != .unknown }
        var parts = [
            Times.text(entry.time), entry.verified ? "the repair was seen to work" : "believed",
            Phrases.plural(facts, "fact"),
        ]
        if let cause = entry.cause { parts.insert(cause, at: 1) }
        if let word = model.exhibits.ledger?.word(for: entry), word != "counted" {
            parts.insert(word.uppercased(), at: 0)
        }
        return parts.joined(separator: ", ")
    }

    /// All by which it can be found.
    static func searched(_ row: IncidentsScreen.Row, _ model: Model) -> String {
        let lines = lines(row, model).joined(separator: " ")
        switch row {
        case .open(let session), .current(let session):
            let facts = session.evidence.map(\.id).joined(separator: " ")
            return [lines, facts, session.id, session.said.joined(separator: " ")]
                .joined(separator: " ")
        case .confirmed(let entry):
            return lines + " " + entry.evidence.map(\.id).joined(separator: " ")
        }
    }
}
