import Casebook
import CasebookStore
import Diagnosis
import Triage

/// Entries of the ledger, for people and for programs.
enum IncidentText {
    static func write(_ entry: LedgerEntry, _ ledger: IncidentLedger, _ page: inout TextPage) {
        let number = DisplayWidth.pad("\(entry.number)", to: 4)
        page.paragraph(
            entry.cause ?? "no case of the casebook", label: number, labelStyle: .bold)
        var facts = [
            Figures.instant(entry.time &* 1_000_000_000),
            entry.verified ? "the repair was seen to work" : "believed",
            Figures.plural(entry.evidence.count { $0.state != .unknown }, "fact"),
        ]
        if let fingerprint = entry.fingerprint { facts.append("fingerprint \(fingerprint)") }
        page.paragraph(facts.joined(separator: ", "), indent: 4, style: .dim)
        let word = ledger.word(for: entry)
        if word != "counted" {
            page.paragraph(
                ledger.reason(for: entry), label: word + ": ", indent: 4, labelStyle: .caution)
        }
    }

    /// One entry after it was written.
    static func present(_ number: Int, asJSON: Bool, _ run: Run) throws(Failure) {
        let ledger = try IncidentListCommand.ledger(run)
        guard let entry = ledger.entries.first(where: { $0.number == number }) else {
            throw .ledger(.noSuchIncident(number: number))
        }
        if asJSON {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("schema", "inquest.incident/1")
                writer.incident(entry, ledger)
            }
            writer.endLine()
            run.console.write(writer.bytes)
        } else {
            var page = run.console.newPage()
            write(entry, ledger, &page)
            run.console.write(page)
        }
    }
}

extension JSONWriter {
    /// The members of an entry.
    mutating func incident(_ entry: LedgerEntry, _ ledger: IncidentLedger) {
        member("number", entry.number)
        member("time", timestamp: entry.time &* 1_000_000_000)
        key("cause")
        if let cause = entry.cause { string(cause) } else { null() }
        member("verified", entry.verified)
        member("fingerprint", ifPresent: entry.fingerprint)
        member("standing", ledger.word(for: entry))
        member("reason", ledger.reason(for: entry))
        if case .quarantined(let probability) = ledger.standing(of: entry) {
            member("probability", number: DiagnosisJSON.rounded(probability, 6))
        }
        if let time = entry.withdrawnAt {
            member("withdrawn", timestamp: time &* 1_000_000_000)
        }
        member("evidence", array: entry.evidence) { writer, evidence in
            writer.object { writer in
                writer.member("id", evidence.id)
                writer.member("state", evidence.state.rawValue)
                writer.member("source", evidence.source)
            }
        }
    }
}
