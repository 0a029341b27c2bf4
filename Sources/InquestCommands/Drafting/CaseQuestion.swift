import Casebook
import CasebookFiles
import Triage

/// Something about a case that only people know: asked for, or given by a flag.
struct CaseQuestion: Sendable {
    /// Also the name of the flag.
    let name: String
    let text: String
    /// Whether the case still lacks it.
    let isOpen: @Sendable (Case) -> Bool
    /// What an empty answer takes; `nil` leaves it open.
    let offer: @Sendable (Case) -> String?
    /// - Returns: what is wrong with the answer.
    let put: @Sendable (String, inout Case) -> String?

    init(
        _ name: String, _ text: String, isOpen: @escaping @Sendable (Case) -> Bool,
        offer: @escaping @Sendable (Case) -> String? = { _ in nil },
        put: @escaping @Sendable (String, inout Case) -> String?
    ) {
        (self.name, self.text, self.isOpen, self.offer, self.put) = (name, text, isOpen, offer, put)
    }

    /// In the order of asking.
    static let all: [CaseQuestion] =
        names + [
            section("meaning", "Meaning", "What happens, for somebody who has never met it?"),
            section("impact", "Impact", "Who feels it, and how does it look to them?"),
            section(
                "story", "Story",
                "What happened this time: what was seen first, which turns were wrong?"),
            CaseQuestion(
                "test", "Which test settles it? One sentence: what to do, what confirms it.",
                isOpen: { ($0.decision.undecidable ?? $0.decision.test).isEmpty },
                put: { answer, draft in
                    // Without a finding that confirms it, the sentence says why nothing does.
                    if draft.decision.undecidable != nil {
                        draft.decision.undecidable = answer
                    } else {
                        draft.decision.test = answer
                    }
                    return nil
                }),
            CaseQuestion(
                "mitigation", "What stops the pain now?", isOpen: { $0.fixes.mitigation.isEmpty },
                put: { answer, draft in
                    draft.fixes.mitigation = answer
                    return nil
                }),
            CaseQuestion(
                "root", "What removes the cause?", isOpen: { $0.fixes.root.isEmpty },
                put: { answer, draft in
                    draft.fixes.root = answer
                    return nil
                }),
            CaseQuestion(
                "window", "Over what time and load must it stay away for the fix to be proven?",
                isOpen: { $0.verification.window.isEmpty },
                offer: { _ in "15 minutes under the usual load" },
                put: { answer, draft in
                    draft.verification.window = answer
                    return nil
                }),
            CaseQuestion(
                "source", "Where is it written down? A link to the ticket, issue or postmortem:",
                isOpen: { $0.sources.isEmpty }, put: putSource),
        ]

    private static let names = [
        CaseQuestion(
            "title", "What is wrong, in one sentence that names cause and effect?",
            isOpen: { $0.title.isEmpty },
            put: { answer, draft in
                if answer.unicodeScalars.count > 100 { return "use at most 100 characters" }
                draft.title = answer.hasSuffix(".") ? String(answer.dropLast()) : answer
                return nil
            }),
        CaseQuestion(
            "id", "A short name for the cause, as the name of its folder:",
            isOpen: { $0.id.isEmpty }, offer: { CaseName.slug($0.title) },
            put: { answer, draft in
                guard CaseName.isGood(answer) else {
                    return "use lower-case words with “-” between"
                }
                draft.id = answer
                return nil
            }),
        CaseQuestion(
            "family", "Its family: \(Case.families.joined(separator: ", "))",
            isOpen: { $0.family.isEmpty }, offer: { CaseName.family(of: $0) },
            put: { answer, draft in
                guard Case.families.contains(answer) else {
                    let nearest = Nearest.match(answer, in: Case.families)
                    return "there is no such family"
                        + (nearest.map { "; did you mean “\($0)”?" } ?? "")
                }
                draft.family = answer
                return nil
            }),
    ]

    private static func section(
        _ name: String, _ heading: String, _ text: String
    ) -> CaseQuestion {
        CaseQuestion(
            name, text,
            isOpen: { draft in
                draft.sections.contains { $0.heading == heading && $0.text.isEmpty }
            },
            put: { answer, draft in
                for index in draft.sections.indices where draft.sections[index].heading == heading {
                    draft.sections[index].text = answer
                }
                return nil
            })
    }

    private static func putSource(_ answer: String, _ draft: inout Case) -> String? {
        let scheme = ["https://", "http://"].first { answer.hasPrefix($0) }
        let host = scheme.map { answer.dropFirst($0.count).prefix { $0 != "/" } } ?? ""
        guard !host.isEmpty, answer.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "write the address in full: https://…"
        }
        draft.sources.append(
            Case.Source(
                title: draft.title.isEmpty ? "The incident" : draft.title,
                publisher: String(host), url: answer, kind: .incident))
        return nil
    }

    /// Questions that hang on what was seen: one for each case that looks alike.
    static func rivals(_ draft: Case) -> [CaseQuestion] {
        draft.decision.rivals.indices.map { index in
            CaseQuestion(
                "rival", "If it were \(draft.decision.rivals[index].id), what would the test show?",
                isOpen: { $0.decision.rivals[index].shows.isEmpty },
                put: { answer, draft in
                    draft.decision.rivals[index].shows = answer
                    return nil
                })
        }
    }
}

/// Names of cases.
enum CaseName {
    static func isGood(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 80
            && id.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy {
                        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                    }
            }
    }

    /// The first words of a title; `nil` where nothing is left of them.
    static func slug(_ title: String) -> String? {
        let small: Set<Substring> = [
            "a", "an", "the", "and", "of", "is", "are", "that", "its", "it",
        ]
        let ascii = title.lowercased().unicodeScalars.map { scalar in
            "a"..."z" ~= scalar || "0"..."9" ~= scalar ? Character(scalar) : " "
        }
        let words = String(ascii).split(separator: " ").filter { !small.contains($0) }
        return words.isEmpty ? nil : words.prefix(6).joined(separator: "-")
    }

    /// The layer that most of the findings speak of, as far as it is a family.
    static func family(of draft: Case) -> String {
        let facts = draft.decision.confirms.flatMap(\.self) + draft.findings.map(\.fact)
        let layers = facts.compactMap {
            $0.split(separator: ".").dropFirst().first.map(String.init)
        }
        return layers.first { Case.families.contains($0) } ?? "tcp"
    }
}
