public import Casebook

extension SessionFile {
    /// - Throws: the first fault of what is known now, with its place. What cannot be read of the
    ///   states before is left out, with all that is older.
    public static func read(
        _ bytes: [UInt8], casebook: Casebook
    ) throws(EvidenceFile.Fault) -> SessionFile {
        var reader = JSONReader(bytes)
        let document: JSONNode?
        do {
            document = try reader.next()
        } catch {
            throw EvidenceFile.Fault(
                place: TextPlace(offset: error.offset, in: bytes), fault: error.fault)
        }
        guard let document else {
            throw EvidenceFile.Fault(
                place: TextPlace(offset: 0, in: bytes), fault: "this is not a kept triage")
        }
        return try read(document, in: bytes, casebook: casebook)
    }

    /// - Parameters:
    ///   - node: an object of `bytes`, which may hold more.
    public static func read(
        _ node: JSONNode, in bytes: [UInt8], casebook: Casebook
    ) throws(EvidenceFile.Fault) -> SessionFile {
        guard node["schema"]?.string == schema else {
            throw EvidenceFile.Fault(
                place: TextPlace(offset: node.offset, in: bytes),
                fault: "this is not a kept triage",
                suggestion: "its \"schema\" would be \(schema)")
        }
        let decoder = EvidenceDecoder(bytes: bytes, casebook: casebook)
        var now = Record()
        now.read(node)
        now.evidence = try decoder.evidence(of: node, key: "evidence")
        now.take(node, "targets", \.targets, \.string)
        // Files of the first version name one target alone.
        if now.targets.isEmpty { now.targets = node["target"]?.string.map { [$0] } ?? [] }
        now.takeLists(node)
        var file = SessionFile(
            id: node["id"]?.string ?? "", created: node.seconds("created") ?? 0,
            updated: node.seconds("updated") ?? 0, now: now,
            past: past(node, before: now, decoder))
        file.resolved = node["resolved"]?.number.flatMap { Int(exactly: $0) }
        file.origin = node["origin"]?.string
        file.judged = node["judged"].flatMap(Judged.init(reading:))
        return file
    }

    private static func past(
        _ document: JSONNode, before now: Record, _ decoder: EvidenceDecoder
    ) -> [Record] {
        var records: [Record] = []
        var decoder = decoder
        for node in (document["past"]?.array ?? []).prefix(Conversation.mostMoves) {
            var record = records.last ?? now
            record.read(node)
            record.take(node, "targets", \.targets, \.string)
            record.takeLists(node)
            record.take(node, "evidence", \.evidence) { try? decoder.entry($0) }
            guard record.isWhole else { break }
            records.append(record)
        }
        return records.reversed()
    }
}

extension SessionFile.Judged {
    fileprivate init?(reading node: JSONNode) {
        guard let casebook = node["casebook"]?.string, let verdict = node["verdict"]?.string else {
            return nil
        }
        self.init(
            casebook: casebook, leader: node["case"]?.string, title: node["title"]?.string,
            verdict: verdict, probability: node["probability"]?.number)
    }
}

extension SessionFile.Record {
    fileprivate mutating func read(_ node: JSONNode) {
        time = node.seconds("time")
        move = node["move"].flatMap { move in
            guard let kind = move["kind"]?.string.flatMap(Move.Kind.init) else { return nil }
            return Move(
                kind, move["what"]?.string ?? "", move["answer"]?.string.flatMap(Answer.init))
        }
        chosen = node["chosen"]?.string
        if case .bool(let flag)? = node["truncated"]?.value { truncated = flag }
    }

    fileprivate mutating func takeLists(_ node: JSONNode) {
        take(node, "said", \.said, \.string)
        take(node, "captures", \.captures, \.string)
        take(node, "done", \.done, \.string)
        take(node, "guesses", \.guesses, \.string)
        take(node, "warnings", \.warnings) { warning in
            guard let id = warning["id"]?.string, let summary = warning["summary"]?.string else {
                return nil
            }
            return Warning(id: id, summary: summary)
        }
        take(node, "servers", \.servers) { place in
            guard let file = place["file"]?.string, let server = place["server"]?.string,
                let flow = place["flow"]?.number.flatMap(Int.init(exactly:))
            else { return nil }
            return Server(file: file, flow: flow, server: server)
        }
    }

    /// A list, or how much of the list that stands here already is kept and what follows then.
    fileprivate mutating func take<Element>(
        _ node: JSONNode, _ key: String, _ list: WritableKeyPath<Self, [Element]>,
        _ read: (JSONNode) -> Element?
    ) {
        guard let value = node[key] else { return }
        if let nodes = value.array {
            self[keyPath: list] = nodes.compactMap(read)
            return
        }
        let kept = value["kept"]?.number.flatMap(Int.init(exactly:)) ?? -1
        let nodes = value["then"]?.array ?? []
        let then = nodes.compactMap(read)
        guard kept >= 0, kept <= self[keyPath: list].count, then.count == nodes.count else {
            isWhole = false
            return
        }
        self[keyPath: list] = self[keyPath: list].prefix(kept) + then
    }
}

extension JSONNode {
    /// Seconds since 1970.
    fileprivate func seconds(_ key: String) -> Int64? {
        self[key]?.string.flatMap(Timestamp.nanoseconds).map { $0 / 1_000_000_000 }
    }
}
