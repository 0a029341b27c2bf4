import Casebook

/// A case as its file says it, with the places that later checks need.
struct CaseDraft {
    /// Where a case names a fact, and for what.
    enum Role: Hashable {
        case symptom, finding, requires, confirms, sufficient, present, absent, closedBy, cites

        /// Whether it is part of what confirms the case.
        var isProof: Bool { self == .confirms || self == .sufficient }
    }
    struct Mention {
        var fact: Located<FactID>
        var role: Role
        /// Mentions with the same number stand in one list; a fact may stand there once.
        var list: Int
    }

    var value = Case(id: "", title: "", family: "")
    var idPlace = Place.start
    var familyPlace = Place.start
    var mentions: [Mention] = []
    var rivals: [Located<CaseID>] = []
    var replays: [Located<Case.Replay>] = []
    var signatures: [Located<LogSignature>] = []
    /// Each with the place of its query.
    var customFindings: [Located<CustomFinding>] = []
    /// Whether the file names any, even if they are faulty.
    var hasSignatures = false
    /// Whether the file names any, even if they are faulty.
    var hasReplays = false
    var replaysPlace = Place.start
    private var lists = 0

    mutating func mention(_ facts: [Located<FactID>], as role: Role) {
        lists += 1
        mentions += facts.map { Mention(fact: $0, role: role, list: lists) }
    }
}
