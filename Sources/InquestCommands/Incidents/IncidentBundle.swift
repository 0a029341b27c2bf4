import Casebook
import CasebookStore
import Triage

/// Several incidents in one document, `inquest.incident-export/1`.
enum IncidentBundle {
    static let schema = "inquest.incident-export/1"
    /// More is no exchange between people.
    static let mostIncidents = 10_000
    /// Of one text, in bytes; the rest of what is longer is worth nothing to anybody.
    static let longestText = 64 << 10
    /// Of each list of one incident.
    static let mostEntries = 20_000

    struct Entry {
        var session: SessionFile
        /// `nil` of an open one.
        var outcome: IncidentOutcome?
    }

    static func write(_ entries: [Entry]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("inquest", Inquest.version)
            writer.member("incidents", array: entries) { writer, entry in
                writer.object { writer in
                    var session = entry.session
                    // A number of this machine's ledger, which means nothing elsewhere.
                    session.resolved = nil
                    writer.key("session")
                    session.write(to: &writer)
                    if let outcome = entry.outcome {
                        writer.member("outcome") { $0.outcome(outcome) }
                    }
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }

    /// - Throws: the first fault, with its place; then nothing of the document is to be used.
    static func read(
        _ bytes: [UInt8], casebook: Casebook
    ) throws(EvidenceFile.Fault) -> [Entry] {
        var reader = JSONReader(bytes)
        let document: JSONNode?
        do {
            document = try reader.next()
        } catch {
            throw EvidenceFile.Fault(
                place: TextPlace(offset: error.offset, in: bytes), fault: error.fault,
                suggestion: "'inquest incident export' writes what can be imported")
        }
        let decoder = Decoder(bytes: bytes, casebook: casebook)
        guard let document else { throw decoder.fault(0, "the file is empty") }
        // One incident by itself, as earlier versions kept it.
        if document["schema"]?.string == SessionFile.schema {
            return [Entry(session: try decoder.session(document), outcome: nil)]
        }
        guard document["schema"]?.string == schema, let nodes = document["incidents"]?.array
        else {
            throw decoder.fault(
                document.offset, "this is no document of 'inquest incident export'",
                "its \"schema\" would be \(schema)")
        }
        guard nodes.count <= mostIncidents else {
            throw decoder.fault(document.offset, "it holds more than \(mostIncidents) incidents")
        }
        var entries: [Entry] = []
        for node in nodes {
            guard let session = node["session"] else {
                throw decoder.fault(node.offset, "an incident needs a \"session\"")
            }
            entries.append(
                Entry(
                    session: try decoder.session(session), outcome: try decoder.outcome(node)))
        }
        return entries
    }
}

/// Checks everything that a stranger may have written.
private struct Decoder {
    let bytes: [UInt8]
    let casebook: Casebook

    func fault(_ offset: Int, _ text: String, _ suggestion: String? = nil) -> EvidenceFile.Fault {
        EvidenceFile.Fault(
            place: TextPlace(offset: offset, in: bytes), fault: text, suggestion: suggestion)
    }

    func session(_ node: JSONNode) throws(EvidenceFile.Fault) -> SessionFile {
        try checkBounds(node)
        guard let id = node["id"]?.string, SessionFile.isID(id) else {
            throw fault((node["id"] ?? node).offset, "\"id\" must be a UUID in lower case")
        }
        let session = try SessionFile.read(node, in: bytes, casebook: casebook)
        // From 1970 to 9999.
        let years: ClosedRange<Int64> = 0...253_402_300_799
        guard years.contains(session.created), years.contains(session.updated),
            session.created > 0
        else {
            throw fault(
                node.offset, "\"created\" and \"updated\" must be times: 2026-01-01T00:00:00Z")
        }
        return session
    }

    func outcome(_ node: JSONNode) throws(EvidenceFile.Fault) -> IncidentOutcome? {
        guard let outcome = node["outcome"], !outcome.isNull else { return nil }
        try checkBounds(outcome)
        guard let time = outcome["time"]?.string.flatMap(Timestamp.nanoseconds),
            case .bool(let verified)? = outcome["verified"]?.value,
            let cause = outcome["cause"], cause.isNull || cause.string != nil
        else {
            throw fault(
                outcome.offset, "an \"outcome\" needs \"time\", \"cause\" and \"verified\"")
        }
        let seconds = outcome["seconds_to_diagnose"]?.number.flatMap { Int(exactly: $0) }
        return IncidentOutcome(
            number: 0, time: time / 1_000_000_000, cause: cause.string, verified: verified,
            verifiedBy: outcome["verified_by"]?.string, fixedBy: outcome["fixed_by"]?.string,
            secondsToDiagnose: seconds.flatMap { (0...315_360_000).contains($0) ? $0 : nil })
    }

    /// The reader has bounded the depth; this bounds texts and lists.
    private func checkBounds(_ node: JSONNode) throws(EvidenceFile.Fault) {
        switch node.value {
        case .string(let text):
            if text.utf8.count > IncidentBundle.longestText {
                throw fault(node.offset, "a text of more than 64 KiB")
            }
        case .array(let elements):
            if elements.count > IncidentBundle.mostEntries {
                throw fault(node.offset, "a list of more than \(IncidentBundle.mostEntries)")
            }
            for element in elements { try checkBounds(element) }
        case .object(let members):
            for member in members { try checkBounds(member.value) }
        case .null, .bool, .number: break
        }
    }
}
