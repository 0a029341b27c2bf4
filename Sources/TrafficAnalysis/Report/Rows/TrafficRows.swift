/// Rows that tables of `inquest sql` and screens list beside the flows; collected only for who asks
/// (`CaptureAnalysis.init(rows:)`), so that plain reading costs nothing.
public struct TrafficRows: Sendable {
    public internal(set) var tlsHandshakes: RowList<TLSHandshakeRow>
    public internal(set) var resets: RowList<ResetRow>
    public internal(set) var dnsQueries: RowList<DNSQueryRow>
    public internal(set) var httpRequests: RowList<HTTPRequestRow>
    /// Of the packet that is being read, for rows that name both ends.
    var ends: FlowKey?

    /// How many rows there were beyond the limit, of all kinds.
    public var left: Int {
        tlsHandshakes.left + resets.left + dnsQueries.left + httpRequests.left
    }

    /// - Parameter limit: how many rows each list keeps; those beyond are only counted.
    init(limit: Int) {
        tlsHandshakes = RowList(limit: limit)
        resets = RowList(limit: limit)
        dnsQueries = RowList(limit: limit)
        httpRequests = RowList(limit: limit)
    }

    /// A flow that is over.
    mutating func visit(_ flow: Flow, _ facts: FlowFacts, _ tables: SideTables) {
        if let tls = facts.tls, let row = TLSHandshakeRow(tls, flow, facts, tables) {
            tlsHandshakes.append(row)
        }
        for direction in 0...1 {
            if let row = ResetRow(facts, direction: direction) { resets.append(row) }
        }
        for row in facts.lists?.openRequests ?? [] { httpRequests.append(row) }
    }

    mutating func finish() {
        tlsHandshakes.sort { ($0.packet, $0.flow) < ($1.packet, $1.flow) }
        resets.sort { ($0.packet, $0.flow) < ($1.packet, $1.flow) }
        httpRequests.sort { ($0.packet, $0.place) < ($1.packet, $1.place) }
    }
}

/// Rows in order of their packets; of more than a limit those that were there first.
public struct RowList<Row: Sendable>: Sendable {
    public private(set) var rows: [Row] = []
    /// How many there were beyond the limit.
    public private(set) var left = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func append(_ row: Row) {
        if rows.count < limit { rows.append(row) } else { left += 1 }
    }

    mutating func sort(by comesFirst: (Row, Row) -> Bool) { rows.sort(by: comesFirst) }
}
