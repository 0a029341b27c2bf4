/// `host.log.signature` tells cases apart: a case with signatures has a finding of its own.
///
/// A case lists `host.log.signature`, "a line that bears the signature of the case", and whatever
/// line was found would speak for every such case. In a casebook the listing therefore stands for
/// `host.log.signature.<case-id>`, which a scan of a log establishes for the case whose signature
/// matched, and which has its own question for the operator.
public enum SignatureFinding {
    /// The word of the vocabulary.
    public static let general: FactID = "host.log.signature"

    public static func id(of entry: CaseID) -> FactID { "\(general).\(entry)" }

    /// The kinds that the signatures of `cases` add to the vocabulary.
    static func kinds(_ cases: [Case], vocabulary: [FindingKind]) -> [FindingKind] {
        guard let word = vocabulary.first(where: { $0.id == general }) else { return [] }
        let known = Set(vocabulary.map(\.id))
        return cases.compactMap { entry in
            guard !entry.signatures.isEmpty, !known.contains(id(of: entry.id)) else { return nil }
            var kind = word
            kind.id = id(of: entry.id)
            kind.definition = definition(entry)
            kind.byHand = byHand(entry.signatures)
            return kind
        }
    }

    private static func definition(_ entry: Case) -> String {
        let lines = entry.signatures.map { "“\($0.text)” (\($0.printedBy))" }
        return "A log holds a line that bears one of these: \(lines.joined(separator: ", "))."
    }

    /// `zgrep` so that rotated logs count.
    private static func byHand(_ signatures: [LogSignature]) -> String {
        func options(_ form: LogSignature.Form) -> String {
            signatures.filter { $0.form == form }
                .map {
                    " -e '"
                        + $0.text.split(separator: "'", omittingEmptySubsequences: false)
                        .joined(separator: #"'\''"#) + "'"
                }.joined()
        }
        let literals = options(.literal)
        let patterns = options(.pattern)
        let commands = [
            literals.isEmpty ? nil : "zgrep -nF\(literals) <log>",
            patterns.isEmpty ? nil : "zgrep -nP\(patterns) <log>",
        ]
        return commands.compactMap(\.self).joined(separator: "; ")
    }
}

extension Case {
    /// With its own finding wherever it names the general one.
    func namingItsSignature() -> Case {
        signatures.isEmpty
            ? self : replacing(SignatureFinding.general, by: SignatureFinding.id(of: id))
    }

    /// As its author wrote it.
    public func namingTheGeneralSignature() -> Case {
        replacing(SignatureFinding.id(of: id), by: SignatureFinding.general)
    }

    private func replacing(_ old: FactID, by new: FactID) -> Case {
        func replace(_ facts: [FactID]) -> [FactID] { facts.map { $0 == old ? new : $0 } }
        var copy = self
        copy.findings = findings.map { listing in
            listing.fact == old ? Listing(fact: new, frequency: listing.frequency) : listing
        }
        copy.requires = replace(requires)
        copy.decision.confirms = decision.confirms.map(replace)
        copy.decision.sufficient = decision.sufficient.map(replace)
        for index in falseLeads.indices where falseLeads[index].closedBy == old {
            copy.falseLeads[index].closedBy = new
        }
        copy.verification.present = replace(verification.present)
        copy.verification.absent = replace(verification.absent)
        for index in replays.indices { copy.replays[index].cites = replace(replays[index].cites) }
        return copy
    }
}
