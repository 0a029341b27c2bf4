import Casebook

/// Which of the facts that were seen settle a new case: the ones that no other case of the casebook
/// has all together.
struct DecidingFacts {
    /// More would hardly ever be seen together again.
    private static let most = 3
    /// From this background on a fact is an everyday one and decides nothing (casebook/README.md).
    private static let everyday = 0.1

    /// The rarest first.
    private(set) var chosen: [FindingKind] = []
    /// Cases that list all of them too, so that they settle nothing between it and these.
    private(set) var sharedWith: [CaseID]

    /// - Parameter seen: what was present.
    init(_ seen: [FindingKind], among cases: [Case]) {
        var rest = seen.filter { Self.rarity($0) < Self.everyday }.sorted {
            (Self.rarity($0), $0.id) < (Self.rarity($1), $1.id)
        }
        var alike = cases
        while chosen.count < Self.most, chosen.isEmpty || !alike.isEmpty, !rest.isEmpty {
            let counts = rest.map { finding in
                alike.count { Self.expects($0, finding.id) }
            }
            // The first is the rarest; each after it leaves the fewest cases that look the same.
            let place = chosen.isEmpty ? 0 : counts.indices.min { counts[$0] < counts[$1] } ?? 0
            if !chosen.isEmpty, counts[place] == alike.count { break }
            let finding = rest.remove(at: place)
            chosen.append(finding)
            alike = alike.filter { Self.expects($0, finding.id) }
        }
        sharedWith = chosen.isEmpty ? [] : alike.map(\.id)
    }

    /// How often a finding is there whatever is wrong; where the vocabulary does not say it, as
    /// `casebook/README.md` does.
    static func rarity(_ finding: FindingKind) -> Double { finding.background ?? 0.05 }

    static func word(of fact: FactID, in entry: Case) -> Frequency? {
        (entry.findings + entry.symptoms).first { $0.fact == fact }?.frequency
    }

    private static func expects(_ entry: Case, _ fact: FactID) -> Bool {
        word(of: fact, in: entry).map { $0 != .never } ?? false
    }
}
