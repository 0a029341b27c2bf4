import Casebook
public import CasebookStore

extension SessionFile {
    /// As the database keeps it.
    public var record: IncidentRecord {
        IncidentRecord(
            id: id, created: created, updated: updated, origin: origin ?? "screens",
            title: String(title.prefix(200)), casebook: judged?.casebook ?? "",
            leader: judged?.leader, leaderTitle: judged?.title,
            verdict: judged?.verdict ?? "undecided", probability: judged?.probability,
            said: said, targets: now.targets, captures: captures, evidence: evidence,
            document: write(), ledger: resolved)
    }

    /// UUID in the canonical form (RFC 9562 §4): lower case, with hyphens.
    public static func isID(_ text: String) -> Bool {
        let lengths = [8, 4, 4, 4, 12]
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == lengths.count
            && zip(parts, lengths).allSatisfy { part, length in
                part.utf8.count == length
                    && part.utf8.allSatisfy {
                        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
                    }
            }
    }
}
