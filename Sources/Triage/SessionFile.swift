public import Casebook

/// A triage that was begun, as it is kept on disk: `inquest.session/1`.
///
/// The file is evidence as well (`inquest diagnose --evidence`).
public struct SessionFile: Hashable, Sendable {
    public static let schema = "inquest.session/1"

    public var id: String
    /// Seconds since 1970.
    public var created: Int64
    public var updated: Int64
    public var evidence: [Evidence]
    public var captures: [String]
    /// Ids of the steps that were done or declined.
    public var done: [String]
    /// What the operator's words may have meant and nobody has confirmed yet.
    public var guesses: [FactID]
    public var target: String?
    /// What the operator typed in their own words.
    public var said: [String]
    public var truncated: Bool
    /// The number of the confirmed incident that it became.
    public var resolved: Int?

    public init(
        id: String, created: Int64, updated: Int64, evidence: [Evidence], captures: [String],
        done: [String], guesses: [FactID], target: String?, said: [String],
        truncated: Bool, resolved: Int? = nil
    ) {
        self.id = id
        self.created = created
        self.updated = updated
        self.evidence = evidence
        self.captures = captures
        self.done = done
        self.guesses = guesses
        self.target = target
        self.said = said
        self.truncated = truncated
        self.resolved = resolved
    }

    public func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", Self.schema)
            writer.member("id", id)
            writer.member("created", timestamp: created &* 1_000_000_000)
            writer.member("updated", timestamp: updated &* 1_000_000_000)
            if let target { writer.member("target", target) }
            writer.member("said", array: said) { $0.string($1) }
            writer.member("captures", array: captures) { $0.string($1) }
            writer.member("truncated", truncated)
            if let resolved { writer.member("resolved", resolved) }
            writer.member("done", array: done) { $0.string($1) }
            writer.member("guesses", array: guesses) { $0.string($1) }
            writer.member("evidence", array: evidence) { $0.evidence($1) }
        }
        writer.endLine()
        return writer.bytes
    }

    /// - Throws: the first fault, with its place.
    public static func read(
        _ bytes: [UInt8], casebook: Casebook
    ) throws(EvidenceFile.Fault) -> SessionFile {
        let evidence = try EvidenceFile.read(bytes, casebook: casebook).evidence
        var reader = JSONReader(bytes)
        let document: JSONNode?
        do { document = try reader.next() } catch { document = nil }
        guard let document, document["schema"]?.string == schema else {
            throw EvidenceFile.Fault(
                place: TextPlace(offset: 0, in: bytes), fault: "this is not a kept triage")
        }
        func texts(_ key: String) -> [String] { document[key]?.array?.compactMap(\.string) ?? [] }
        func seconds(_ key: String) -> Int64 {
            (document[key]?.string.flatMap(Timestamp.nanoseconds) ?? 0) / 1_000_000_000
        }
        var truncated = false
        if case .bool(let flag)? = document["truncated"]?.value { truncated = flag }
        return SessionFile(
            id: document["id"]?.string ?? "", created: seconds("created"),
            updated: seconds("updated"), evidence: evidence, captures: texts("captures"),
            done: texts("done"), guesses: texts("guesses"), target: document["target"]?.string,
            said: texts("said"), truncated: truncated,
            resolved: document["resolved"]?.number.flatMap { Int(exactly: $0) })
    }
}
