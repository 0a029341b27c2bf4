import Casebook
import Diagnosis

/// The checks of one case, beside what its replays gave.
extension CaseGate {
    mutating func checkReplays() {
        if firing.isEmpty {
            demand(.replays, "no replay makes it fire: none expects “confirmed” or “likely”")
        }
        if replays.allSatisfy(\.mustFire) {
            demand(
                .replays,
                "no replay says when it must not fire: add a near miss or healthy traffic that "
                    + "expects “not-confirmed”, “not-enough-evidence” or “excluded”")
        }
        for test in replays {
            guard let draft = test.draftAhead else { continue }
            warn(.replays, "the draft \(draft) comes before it on \(test.replay.file)")
        }
        if entry.decision.undecidable == nil, !firing.isEmpty,
            !firing.contains(where: { $0.replay.expect == .confirmed })
        {
            advise(
                .replays,
                "no replay expects “confirmed”: add one in which the deciding test was run")
        }
    }

    /// Whether the deciding test tells the case from its rivals, by what the rivals list.
    mutating func checkDecision(_ casebook: Casebook) {
        for (key, alternatives) in [
            ("confirms", entry.decision.confirms), ("sufficient", entry.decision.sufficient),
        ] {
            for facts in alternatives {
                for rival in entry.decision.rivals {
                    guard let other = casebook[case: rival.id],
                        facts.allSatisfy(other.expects), !isExcluded(by: other)
                    else { continue }
                    warn(
                        .decision,
                        "“\(key)” by \(facts.joined(separator: ", ")) does not tell it from "
                            + "\(rival.id), which lists \(facts.count == 1 ? "it" : "all of them") "
                            + "as “usually” or “always” too")
                }
            }
        }
    }

    /// Whether what a rival shows more often than not rules the case out.
    private func isExcluded(by rival: Case) -> Bool {
        (entry.findings + entry.symptoms).contains {
            $0.frequency == .never && rival.expects($0.fact)
        }
    }

    /// Decibans below which a case that is not named as a rival should be.
    static let lookingAlike = 15.0

    mutating func checkRivals(_ casebook: Casebook) {
        let rivals = Set(entry.decision.rivals.map(\.id))
        var told: [String: CaseID] = [:]
        for rival in entry.decision.rivals {
            let words = Self.words(rival.shows)
            if let other = told[words] {
                warn(
                    .rivals,
                    "the deciding test would show the same for \(other) and \(rival.id); what "
                        + "tells the two apart?")
            } else if words == Self.words(entry.decision.test) {
                warn(.rivals, "what \(rival.id) would show is what the case itself shows")
            }
            told[words] = rival.id
        }
        for near in neighbours {
            let isRival = rivals.contains(near.other)
            let figure = Figures.fixed(near.decibans, 1)
            if near.decibans < Separation.least {
                warn(
                    .separability,
                    "even full evidence separates it from \(near.other) by \(figure) dB only"
                        + (isRival ? "" : ", and it is not named as a rival")
                        + "; \(Self.remedy)")
            } else if near.decibans < Self.lookingAlike, !isRival,
                entry.decision.undecidable == nil
            {
                warn(
                    .rivals,
                    "\(near.other) looks alike (\(figure) dB) and is not named as a rival")
            }
        }
    }

    private static let remedy =
        "join the two if the same fix cures both, or list what is never there with one of them"

    private static func words(_ text: String) -> String {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }

    mutating func checkStrength() {
        guard let strength, strength.first < Strength.least else { return }
        warn(
            .strength,
            "with typical evidence it comes first in \(Figures.share(strength.first)) "
                + "simulated incidents; the words do not tell it from others, or too few facts "
                + "are listed that a triage usually has")
    }
}

extension Case {
    /// Whether a fact is listed as there more often than not.
    func expects(_ fact: FactID) -> Bool {
        (symptoms + findings).contains { listing in
            listing.fact == fact
                && (listing.frequency == .always || listing.frequency == .usually)
        }
    }

    func word(for fact: FactID) -> Frequency? {
        (symptoms + findings).first { $0.fact == fact }?.frequency
    }
}

extension Figures {
    /// `87 of 100`.
    public static func share(_ value: Double) -> String { "\(Int((value * 100).rounded())) of 100" }
}
