internal import Casebook

/// Checks what one case says against the vocabulary and against itself.
struct CaseLint {
    let draft: CaseDraft
    let vocabulary: Vocabulary
    let log: FaultLog
    var checkQuery: QueryCheck?

    func check() {
        for mention in draft.mentions { checkKnown(mention) }
        checkRepeats()
        checkConfirmation()
        checkRivals()
        checkReplays()
        checkSignatures()
        checkCustomFindings()
    }

    /// The folder and the family's folder must have the names that the file says.
    func checkFolder(_ components: [Substring]) {
        let folder = String(components[components.count - 2])
        if !draft.value.id.isEmpty, draft.value.id != folder {
            log.error(
                draft.idPlace, "id \(quoted(draft.value.id)) is not the folder's name",
                "write \(quoted(folder)), or rename the folder")
        }
        guard components.count >= 3 else { return }
        let family = String(components[components.count - 3])
        if !draft.value.family.isEmpty, draft.value.family != family {
            log.error(
                draft.familyPlace,
                "family \(quoted(draft.value.family)) is not the name of the folder above",
                Case.families.contains(family)
                    ? "write \(quoted(family)), or move the case" : "move the case")
        }
    }

    private func checkKnown(_ mention: CaseDraft.Mention) {
        let id = mention.fact.value
        // A complaint may complete what a machine established.
        if mention.role.isProof, vocabulary.symptomIDs.contains(id) { return }
        let (known, other, kind, otherKind) =
            mention.role == .symptom
            ? (vocabulary.symptomIDs, vocabulary.findingIDs, "symptom", "finding")
            : (vocabulary.findingIDs, vocabulary.symptomIDs, "finding", "symptom")
        guard !known.contains(id), !(mention.role != .symptom && definesItself(id)) else { return }
        if other.contains(id) {
            log.error(
                mention.fact.place, "\(quoted(id)) is a \(otherKind), not a \(kind)",
                "list it under “\(otherKind)s”")
        } else {
            log.error(
                mention.fact.place, "unknown \(kind) \(quoted(id))",
                didYouMean(id, in: known.sorted(), otherwise: "add it to \(kind)s.yaml"))
        }
    }

    private func checkRepeats() {
        var seen: [Int: [FactID: Place]] = [:]
        for mention in draft.mentions {
            let (id, place) = (mention.fact.value, mention.fact.place)
            if let first = seen[mention.list]?[id] {
                log.error(place, "\(quoted(id)) is listed twice", "first in line \(first.line)")
            } else {
                seen[mention.list, default: [:]][id] = place
            }
        }
    }

    /// What confirms the case should also count as evidence for it.
    private func checkConfirmation() {
        let listed = Dictionary(
            (draft.value.findings + draft.value.symptoms).map { ($0.fact, $0.frequency) },
            uniquingKeysWith: { a, _ in a })
        for mention in draft.mentions where mention.role.isProof {
            let id = mention.fact.value
            let isSymptom = vocabulary.symptomIDs.contains(id)
            guard isSymptom || vocabulary.findingIDs.contains(id) else { continue }
            let key = mention.role == .confirms ? "confirms" : "sufficient"
            switch listed[id] {
            case nil:
                log.warning(
                    mention.fact.place,
                    "“\(key)” names \(quoted(id)), which the case does not list",
                    "list it under “\(isSymptom ? "symptoms" : "findings")”")
            case .never:
                log.error(
                    mention.fact.place,
                    "“\(key)” names \(quoted(id)), which the case lists as “never”")
            default: break
            }
        }
        let excluded = draft.mentions.filter {
            $0.role == .requires && listed[$0.fact.value] == .never
        }
        for mention in excluded {
            log.error(
                mention.fact.place,
                "“requires” names \(quoted(mention.fact.value)), which the case lists as “never”")
        }
    }

    private func checkRivals() {
        for rival in draft.rivals {
            if rival.value == draft.value.id {
                log.error(rival.place, "the case is its own rival", "remove it")
            } else if let cases = vocabulary.cases, !cases.contains(rival.value) {
                log.error(
                    rival.place, "unknown case \(quoted(rival.value))",
                    didYouMean(
                        rival.value, in: cases.sorted(), otherwise: "remove it, or write the case"))
            }
        }
    }

    private func checkReplays() {
        if !draft.hasReplays {
            let fault = "the case has no replay"
            let advice = "add a capture that must fire it, and its row under “replays”"
            if draft.value.status == .reviewed {
                log.error(draft.replaysPlace, fault, advice, isHarmless: true)
            } else if draft.value.status == .draft {
                log.warning(draft.replaysPlace, fault, advice)
            }
        }
        var seen: Set<String> = []
        for replay in draft.replays {
            let file = replay.value.file
            if !isInside(file) {
                log.error(
                    replay.place, "\(quoted(file)) does not lie in the folder of the case",
                    "write a path such as “replays/name.pcap”")
            }
            if !seen.insert(file).inserted {
                log.error(replay.place, "replay \(quoted(file)) is listed twice", isHarmless: true)
            }
        }
    }
}

/// Whether a relative path stays below the folder it starts from.
func isInside(_ path: String) -> Bool {
    !path.hasPrefix("/")
        && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != ".." && $0 != "."
        }
}
