import Casebook

/// The whole model in one row, so that a diagnosis need not gather it from the tables. Whoever
/// changes what is written here raises `version`.
enum CasebookBytes {
    /// Stored beside the bytes; another version counts as no index.
    static let version = 5

    static func encode(_ casebook: Casebook) -> [UInt8] {
        var writer = ModelWriter()
        writer.text(casebook.hash)
        writer.list(casebook.symptoms) { $0.symptom($1) }
        writer.list(casebook.findings) { $0.finding($1) }
        writer.list(casebook.cases) { $0.caseValue($1) }
        return writer.bytes
    }

    /// - Parameter folder: from the stored folder of a case to the one it has now.
    static func decode(
        _ bytes: [UInt8], folder: (String) -> String
    ) throws(ModelDamage) -> Casebook {
        var reader = ModelReader(bytes)
        let hash = try reader.text()
        let symptoms = try reader.list { reader throws(ModelDamage) in try reader.symptom() }
        let findings = try reader.list { reader throws(ModelDamage) in try reader.finding() }
        var cases = try reader.list { reader throws(ModelDamage) in try reader.caseValue() }
        guard reader.isAtEnd, areUnique(cases.map(\.id)), areUnique(symptoms.map(\.id)),
            areUnique(findings.map(\.id))
        else { throw ModelDamage() }
        for index in cases.indices { cases[index].folder = folder(cases[index].folder) }
        return Casebook(cases: cases, symptoms: symptoms, findings: findings, hash: hash)
    }

    /// `Casebook` demands it.
    private static func areUnique(_ ids: [String]) -> Bool { Set(ids).count == ids.count }
}

extension ModelWriter {
    fileprivate mutating func symptom(_ value: Symptom) {
        text(value.id)
        text(value.question)
        optional(value.group)
    }

    fileprivate mutating func finding(_ value: FindingKind) {
        text(value.id)
        text(value.definition)
        optional(value.unit)
        text(value.effect.rawValue)
        text(value.establishedBy)
        text(value.byHand)
        optional(value.group)
        optional(value.background.map { "\($0)" })
        integer(value.tier)
    }

    fileprivate mutating func caseValue(_ value: Case) {
        texts([
            value.id, value.title, value.family, value.status.rawValue, value.baseRate.rawValue,
            value.folder,
        ])
        list(value.sources) { $0.texts([$1.title, $1.publisher, $1.url, $1.kind.rawValue]) }
        list(value.symptoms) { $0.texts([$1.fact, $1.frequency.rawValue]) }
        list(value.findings) { $0.texts([$1.fact, $1.frequency.rawValue]) }
        texts(value.requires)
        list(value.signatures) { $0.texts([$1.form.rawValue, $1.text, $1.printedBy]) }
        list(value.customFindings) {
            $0.texts([$1.name, $1.definition, $1.source.rawValue, $1.query])
        }
        decision(value.decision)
        list(value.falseLeads) { writer, lead in
            writer.text(lead.lead)
            writer.text(lead.why)
            writer.optional(lead.closedBy)
        }
        text(value.fixes.mitigation)
        text(value.fixes.root)
        optional(value.fixes.prevention)
        texts(value.verification.present)
        texts(value.verification.absent)
        text(value.verification.window)
        text(value.verification.command)
        list(value.replays) { writer, replay in
            writer.text(replay.file)
            writer.text(replay.expect.rawValue)
            writer.texts(replay.cites)
        }
        list(value.sections) { $0.texts([$1.heading, $1.text]) }
    }

    private mutating func decision(_ value: Case.Decision) {
        text(value.test)
        text(value.command)
        text(value.effect.rawValue)
        list(value.confirms) { $0.texts($1) }
        list(value.sufficient) { $0.texts($1) }
        list(value.rivals) { $0.texts([$1.id, $1.shows]) }
        optional(value.undecidable)
    }
}

extension ModelReader {
    fileprivate mutating func symptom() throws(ModelDamage) -> Symptom {
        Symptom(id: try text(), question: try text(), group: try optional())
    }

    fileprivate mutating func finding() throws(ModelDamage) -> FindingKind {
        FindingKind(
            id: try text(), definition: try text(), unit: try optional(),
            effect: try word(EffectClass.self), establishedBy: try text(), byHand: try text(),
            group: try optional(), background: try optional().flatMap { Double($0) },
            tier: try integer())
    }

    /// A list that must have `count` texts.
    private mutating func row(_ count: Int) throws(ModelDamage) -> [String] {
        let row = try texts()
        guard row.count == count else { throw ModelDamage() }
        return row
    }

    fileprivate mutating func caseValue() throws(ModelDamage) -> Case {
        let head = try row(6)
        guard let status = Case.Status(rawValue: head[3]),
            let baseRate = Case.BaseRate(rawValue: head[4])
        else { throw ModelDamage() }
        var value = Case(
            id: head[0], title: head[1], family: head[2], status: status, baseRate: baseRate,
            folder: head[5])
        value.sources = try list { reader throws(ModelDamage) in try reader.source() }
        value.symptoms = try list { reader throws(ModelDamage) in try reader.listing() }
        value.findings = try list { reader throws(ModelDamage) in try reader.listing() }
        value.requires = try texts()
        value.signatures = try list { reader throws(ModelDamage) in try reader.signature() }
        value.customFindings = try list { reader throws(ModelDamage) in try reader.custom() }
        value.decision = try decision()
        value.falseLeads = try list { reader throws(ModelDamage) in
            Case.FalseLead(
                lead: try reader.text(), why: try reader.text(), closedBy: try reader.optional())
        }
        value.fixes = Case.Fixes(
            mitigation: try text(), root: try text(), prevention: try optional())
        value.verification = Case.Verification(
            present: try texts(), absent: try texts(), window: try text(), command: try text())
        value.replays = try list { reader throws(ModelDamage) in
            Case.Replay(
                file: try reader.text(), expect: try reader.word(Case.Replay.Expectation.self),
                cites: try reader.texts())
        }
        value.sections = try list { reader throws(ModelDamage) in
            let row = try reader.row(2)
            return Case.Section(heading: row[0], text: row[1])
        }
        return value
    }

    private mutating func source() throws(ModelDamage) -> Case.Source {
        let row = try row(4)
        guard let kind = Case.Source.Kind(rawValue: row[3]) else { throw ModelDamage() }
        return Case.Source(title: row[0], publisher: row[1], url: row[2], kind: kind)
    }

    private mutating func signature() throws(ModelDamage) -> LogSignature {
        let row = try row(3)
        guard let form = LogSignature.Form(rawValue: row[0]) else { throw ModelDamage() }
        return LogSignature(form: form, text: row[1], printedBy: row[2])
    }

    private mutating func custom() throws(ModelDamage) -> CustomFinding {
        let row = try row(4)
        guard let source = CustomFinding.Source(rawValue: row[2]) else { throw ModelDamage() }
        return CustomFinding(name: row[0], definition: row[1], source: source, query: row[3])
    }

    private mutating func listing() throws(ModelDamage) -> Case.Listing {
        let row = try row(2)
        guard let frequency = Frequency(rawValue: row[1]) else { throw ModelDamage() }
        return Case.Listing(fact: row[0], frequency: frequency)
    }

    private mutating func decision() throws(ModelDamage) -> Case.Decision {
        Case.Decision(
            test: try text(), command: try text(), effect: try word(EffectClass.self),
            confirms: try list { reader throws(ModelDamage) in try reader.texts() },
            sufficient: try list { reader throws(ModelDamage) in try reader.texts() },
            rivals: try list { reader throws(ModelDamage) in
                let row = try reader.row(2)
                return Case.Rival(id: row[0], shows: row[1])
            }, undecidable: try optional())
    }
}
