import Casebook

extension SessionFile {
    public func write() -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        writer.endLine()
        return writer.bytes
    }

    /// As an object in a larger document.
    public func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("schema", Self.schema)
            writer.member("id", id)
            writer.member("created", timestamp: created &* 1_000_000_000)
            writer.member("updated", timestamp: updated &* 1_000_000_000)
            writer.member("target", ifPresent: target)
            if let resolved { writer.member("resolved", resolved) }
            writer.member("origin", ifPresent: origin)
            if let judged { writer.member("judged") { $0.judged(judged) } }
            writer.whole(now)
            writer.member("past", array: Array(zip(past, past.dropFirst() + [now])).reversed()) {
                $0.state($1.0, before: $1.1)
            }
        }
    }
}

extension JSONWriter {
    /// The members of what the evidence amounted to.
    public mutating func judged(_ judged: SessionFile.Judged) {
        member("casebook", judged.casebook)
        member("verdict", judged.verdict)
        member("case", ifPresent: judged.leader)
        member("title", ifPresent: judged.title)
        if let probability = judged.probability {
            member("probability", number: probability)
        }
    }

    fileprivate mutating func whole(_ record: SessionFile.Record) {
        circumstances(record)
        member("truncated", record.truncated)
        member("targets", strings: record.targets)
        member("said", strings: record.said)
        member("captures", strings: record.captures)
        member("done", strings: record.done)
        member("guesses", strings: record.guesses)
        member("warnings", array: record.warnings) { $0.warning($1) }
        member("servers", array: record.servers) { $0.server($1) }
        member("evidence", array: record.evidence) { $0.evidence($1) }
    }

    private mutating func circumstances(_ record: SessionFile.Record) {
        if let time = record.time { member("time", timestamp: time &* 1_000_000_000) }
        if let move = record.move {
            member("move") { writer in
                writer.member("kind", move.kind.rawValue)
                writer.member("what", move.what)
                writer.member("answer", ifPresent: move.answer?.rawValue)
            }
        }
        member("chosen", ifPresent: record.chosen)
    }

    /// Of each list only where it differs from that of the state after it.
    fileprivate mutating func state(
        _ record: SessionFile.Record, before next: SessionFile.Record
    ) {
        object { writer in
            writer.circumstances(record)
            writer.member("truncated", record.truncated)
            writer.list("targets", record.targets, next.targets) { $0.string($1) }
            writer.list("said", record.said, next.said) { $0.string($1) }
            writer.list("captures", record.captures, next.captures) { $0.string($1) }
            writer.list("done", record.done, next.done) { $0.string($1) }
            writer.list("guesses", record.guesses, next.guesses) { $0.string($1) }
            writer.list("warnings", record.warnings, next.warnings) { $0.warning($1) }
            writer.list("servers", record.servers, next.servers) { $0.server($1) }
            writer.list("evidence", record.evidence, next.evidence) { $0.evidence($1) }
        }
    }

    private mutating func list<Element: Equatable>(
        _ name: StaticString, _ list: [Element], _ next: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        guard list != next else { return }
        let kept = zip(list, next).prefix { $0 == $1 }.count
        member(name) { writer in
            writer.member("kept", kept)
            writer.member("then", array: list.dropFirst(kept)) { write(&$0, $1) }
        }
    }

    fileprivate mutating func server(_ server: SessionFile.Record.Server) {
        object { writer in
            writer.member("file", server.file)
            writer.member("flow", server.flow)
            writer.member("server", server.server)
        }
    }
}
