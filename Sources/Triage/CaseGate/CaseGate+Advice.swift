import Casebook
import Diagnosis

/// What would make a case stronger: which finding with which word, which replay, which closer.
extension CaseGate {
    /// More of one kind are left out.
    private static let most = 4

    /// Compares the words with what the replays show.
    mutating func adviseOnWords(_ casebook: Casebook) {
        adviseOnUnlisted(casebook)
        adviseOnListed()
        adviseOnNearest(casebook)
    }

    /// Present on every replay that fires, in two at least, told by few cases, and not listed.
    private mutating func adviseOnUnlisted(_ casebook: Casebook) {
        guard firing.count >= 2 else { return }
        let common = firing.dropFirst().reduce(firing[0].present) { $0.intersection($1.present) }
        let unlisted = common.filter { fact in
            entry.word(for: fact) == nil && (casebook[finding: fact]?.background ?? 0.05) < 0.15
                && !fact.hasPrefix("capture.quality.") && casebook.knows(fact: fact)
        }
        for fact in unlisted.sorted().prefix(Self.most) {
            advise(
                .words,
                "\(fact) is present on all \(firing.count) replays that fire and is not listed; "
                    + "“usually” would count it")
        }
    }

    private mutating func adviseOnListed() {
        var unseen: [FactID] = []
        for listing in entry.findings {
            let present = firing.count { $0.present.contains(listing.fact) }
            let absent = firing.count { $0.absent.contains(listing.fact) }
            switch listing.frequency {
            case .always where absent > 0, .usually where absent > present:
                advise(
                    .words,
                    "\(listing.fact) is listed as “\(listing.frequency.rawValue)” and absent on "
                        + "replays that fire (\(absent) of \(firing.count)); a replay is right where "
                        + "it disagrees with a word")
            case .never where present > 0:
                advise(
                    .words,
                    "\(listing.fact) is listed as “never” and present on "
                        + "\(Figures.plural(present, "replay")) that fire")
            case .always, .usually:
                if present == 0, !firing.isEmpty { unseen.append(listing.fact) }
            default: break
            }
        }
        if unseen.isEmpty { return }
        let more = unseen.count > Self.most ? ", and \(unseen.count - Self.most) more" : ""
        advise(
            .replays,
            "no replay that fires shows \(unseen.prefix(Self.most).joined(separator: ", "))\(more), "
                + "which the case expects: record one, as evidence where no capture can show it")
    }

    /// What the nearest case lists and this one does not speak of.
    private mutating func adviseOnNearest(_ casebook: Casebook) {
        guard let nearest = neighbours.first, nearest.decibans < Self.lookingAlike,
            let other = casebook[case: nearest.other]
        else { return }
        let open = (other.findings + other.symptoms).filter { listing in
            (listing.frequency == .always || listing.frequency == .usually)
                && entry.word(for: listing.fact) == nil
        }.map(\.fact)
        let reverse = (entry.findings + entry.symptoms).filter { listing in
            (listing.frequency == .always || listing.frequency == .usually)
                && other.word(for: listing.fact) == nil
        }.map(\.fact)
        let name = nearest.other
        if let fact = open.first {
            advise(
                .separability,
                "\(name) is nearest; if \(fact) never goes with this cause, “never” says so and "
                    + "tells the two apart")
        } else if let fact = reverse.first {
            advise(
                .separability,
                "\(name) is nearest; if \(fact) never goes with that one, list it there as “never”")
        } else {
            advise(
                .separability,
                "\(name) is nearest and lists much the same; find one fact that differs: a probe, "
                    + "a host check or a query of the case's own (custom-findings)")
        }
    }

    mutating func adviseOnFalseLeads() {
        for lead in entry.falseLeads where lead.closedBy == nil {
            advise(
                .falseLeads,
                "no finding closes the false lead “\(lead.lead)”: name one under “closed-by”")
        }
        for lead in entry.falseLeads {
            guard let fact = lead.closedBy, !firing.isEmpty,
                !firing.contains(where: { $0.present.contains(fact) })
            else { continue }
            advise(
                .falseLeads,
                "\(fact), which closes the false lead “\(lead.lead)”, is on no replay that fires")
        }
    }
}
