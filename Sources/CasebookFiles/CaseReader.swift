import Casebook

/// Reads the front matter of a case; what is wrong with its form goes to the log.
///
/// Whether ids exist is the business of `CaseLint`.
struct CaseReader {
    static let format = "inquest.case/1"

    var draft = CaseDraft()
    let log: FaultLog

    /// - Returns: `nil` when there is no front matter to speak of.
    static func read(_ source: SourceText, log: FaultLog) -> CaseDraft? {
        guard let text = CaseText(source, log: log) else { return nil }
        let body = CaseBody(text.body, firstLine: text.bodyLine, log: log)
        guard let tree = YAMLTree.read(text.frontMatter, firstLine: 2, log: log),
            let fields = Fields(tree, owner: "the front matter", log: log)
        else { return nil }
        var reader = CaseReader(log: log)
        reader.read(fields)
        reader.draft.value.sections = body.sections.map(\.value)
        return reader.draft
    }

    private init(log: FaultLog) { self.log = log }

    private mutating func read(_ given: Fields) {
        var fields = given
        checkFormat(&fields, Self.format, log)
        readName(&fields)
        readSources(&fields)
        draft.value.symptoms = readListings("symptoms", as: .symptom, &fields)
        draft.value.findings = readListings("findings", as: .finding, &fields)
        let requires = fields.texts("requires")
        draft.mention(requires, as: .requires)
        draft.value.requires = requires.map(\.value)
        readSignatures(&fields)
        readCustomFindings(&fields)
        readDecision(&fields)
        readFalseLeads(&fields)
        readFixes(&fields)
        readVerification(&fields)
        readReplays(&fields)
        fields.finish()
    }

    private mutating func readName(_ fields: inout Fields) {
        if let id = fields.text("id", required: true) {
            draft.value.id = id.value
            draft.idPlace = id.place
            if !isKebabCase(id.value) {
                log.error(id.place, "id \(quoted(id.value)) is not kebab-case", kebabAdvice)
            }
        }
        if let title = fields.text("title", required: true) {
            draft.value.title = title.value
            checkTitle(title)
        }
        if let family = fields.text("family", required: true) {
            draft.value.family = family.value
            draft.familyPlace = family.place
            if !Case.families.contains(family.value) {
                log.error(
                    family.place, "unknown family \(quoted(family.value))",
                    didYouMean(family.value, in: Case.families, otherwise: oneOf(Case.families)))
            }
        }
        draft.value.status = fields.word("status", as: Case.Status.self) ?? .draft
        draft.value.baseRate = fields.word("base-rate", as: Case.BaseRate.self) ?? .uncommon
    }

    private func checkTitle(_ title: Located<String>) {
        let length = title.value.unicodeScalars.count
        if length > 100 {
            log.error(
                title.place, "the title has \(length) characters", "use at most 100",
                isHarmless: true)
        }
        if title.value.hasSuffix(".") {
            log.warning(title.place, "the title ends with a full stop", "remove it")
        }
        if title.value.contains("\n") {
            log.error(title.place, "the title has more than one line", isHarmless: true)
        }
    }

    private mutating func readSources(_ fields: inout Fields) {
        let list = fields.list("sources", required: true)
        if fields.isEmpty("sources") {
            log.error(fields.place(of: "sources"), "the case names no source", "add at least one")
        }
        for tree in list {
            guard var source = Fields(tree, owner: "a source", log: log) else { continue }
            let title = source.text("title", required: true)?.value
            let publisher = source.text("publisher", required: true)?.value
            let url = source.text("url", required: true)
            let kind = source.word("kind", as: Case.Source.Kind.self)
            source.finish()
            if let url, !isWebAddress(url.value) {
                log.error(
                    url.place, "\(quoted(url.value)) is not an http or https address",
                    "write it in full: https://…")
            }
            guard let title, let publisher, let url, let kind else { continue }
            draft.value.sources.append(
                Case.Source(title: title, publisher: publisher, url: url.value, kind: kind))
        }
    }

    private mutating func readListings(
        _ key: String, as role: CaseDraft.Role, _ fields: inout Fields
    ) -> [Case.Listing] {
        let pairs = fields.mapping(key, required: true)
        if fields.isEmpty(key) {
            log.warning(fields.place(of: key), "the case lists no \(key)")
        }
        draft.mention(pairs.map(\.key), as: role)
        return pairs.compactMap { fact, word in
            Fields.word(word, as: Frequency.self, owner: "for \(quoted(fact.value))", log: log)
                .map { Case.Listing(fact: fact.value, frequency: $0) }
        }
    }
}

/// `http://host…` or `https://host…`, printable ASCII without spaces.
func isWebAddress(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
        return false
    }
    let host = text.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
    return !host.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
}
