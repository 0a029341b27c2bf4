internal import Casebook
internal import Dissection

extension ConnectionPath {
    init(
        _ connection: Connection, _ path: PathNotes, tally: PathTally, first: Int, start: Int64
    ) {
        let flow = tally.flow(connection, first)
        func endpoint(_ ofClient: Bool) -> FlowRecord.Endpoint {
            let endpoint = flow.endpoint(ofClient: ofClient)
            return FlowRecord.Endpoint(address: endpoint.address, port: endpoint.port)
        }
        client = endpoint(true)
        server = endpoint(false)
        flows = connection.flows.map { $0 < 0 ? nil : $0 }
        identities = connection.identities
        self.first = start
        troubles = path.troubles
        splitOver = path.splitOver.sorted()
        let rows = Self.marked(
            path.crossings.indices.compactMap { index in
                Row(path, index, connection, tally)
            }.sorted { ($0.time, $0.sequence) < ($1.time, $1.sequence) })
        self.rows = Self.chosen(rows)
        rowsLeftOut = rows.count - self.rows.count
    }

    private static func marked(_ rows: [Row]) -> [Row] {
        var seen: Set<[Int64]> = []
        return rows.map { row in
            var row = row
            let flags = row.flags.intersection([.syn, .fin, .rst]).rawValue
            let key = [
                row.fromClient ? 1 : 0, row.sequence, Int64(row.length), Int64(flags),
            ]
            row.isRepeated = (row.length > 0 || flags != 0) && !seen.insert(key).inserted
            return row
        }
    }

    /// The beginning, and what is lost with its neighbours.
    private static func chosen(_ rows: [Row]) -> [Row] {
        guard rows.count > rowLimit else { return rows }
        var chosen = Set(0..<10)
        for index in rows.indices where rows[index].lostAfter != nil {
            if chosen.count > rowLimit - 3 { break }
            chosen.formUnion(max(0, index - 1)...min(rows.count - 1, index + 1))
        }
        for index in rows.indices where chosen.count < rowLimit { chosen.insert(index) }
        return chosen.sorted().map { rows[$0] }
    }
}

extension ConnectionPath.Row {
    /// `nil` for acknowledgements that went the whole way: they are most of a transfer and tell
    /// nothing.
    fileprivate init?(
        _ path: PathNotes, _ index: Int, _ connection: Connection, _ tally: PathTally
    ) {
        let crossing = path.crossings[index]
        let points = crossing.places.indices.filter { crossing.places[$0] >= 0 }
        guard let nearest = crossing.fromClient ? points.first : points.last,
            let farthest = crossing.fromClient ? points.last : points.first
        else { return nil }
        let origin = crossing.fromClient ? connection.points.first : connection.points.last
        if crossing.isPureACK, nearest == origin { return nil }
        func segment(_ point: Int) -> LoggedSegment? {
            crossing.places[point] < 0 ? nil : tally.logs[point].segments[crossing.places[point]]
        }
        guard let any = segment(nearest) else { return nil }
        fromClient = crossing.fromClient
        sequence = crossing.sequence
        length = crossing.length
        flags = any.flags
        time = tally.time(nearest, any.time)
        let flow = tally.flow(connection, nearest)
        // Later copies of it begin at the same place.
        isClientHello =
            crossing.fromClient && crossing.sequence == 0 && crossing.length > 0
            && flow.clientRandom != nil
        isRepeated = false
        packets = crossing.places.indices.map { segment($0).map { Int($0.packet) } }
        ttl = crossing.places.indices.map { segment($0)?.timeToLive }
        lostAfter = path.lost.contains(index) || path.lostBefore != nil ? farthest : nil
    }
}
