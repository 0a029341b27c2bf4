public import Casebook

extension EvidenceFile {
    /// The document that `read` turns into the same evidence again.
    public static func write(_ evidence: [Evidence]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("evidence", array: evidence) { $0.evidence($1) }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    /// One evidence object; `count`, `measure` and `where` are left out when there is none.
    public mutating func evidence(_ evidence: Evidence) {
        object { writer in
            writer.member("id", evidence.id)
            writer.member("kind", evidence.kind.rawValue)
            writer.member("state", evidence.state.rawValue)
            writer.member("source", evidence.source)
            if let count = evidence.count { writer.member("count", count) }
            writer.member("summary", evidence.summary)
            if let measure = evidence.measure {
                writer.member("measure") { writer in
                    writer.member("value", number: measure.value)
                    writer.member("unit", measure.unit)
                }
            }
            if !evidence.locations.isEmpty {
                writer.member("where", array: evidence.locations) { $0.location($1) }
            }
        }
    }

    private mutating func location(_ location: Evidence.Location) {
        object { writer in
            writer.member("file", location.file)
            if let flow = location.flow { writer.member("flow", flow) }
            if let packet = location.packet { writer.member("packet", packet) }
            if let line = location.line { writer.member("line", line) }
            if let time = location.time { writer.member("time", timestamp: time) }
        }
    }

    public mutating func warning(_ warning: Warning) {
        object { writer in
            writer.member("id", warning.id)
            writer.member("summary", warning.summary)
        }
    }
}
