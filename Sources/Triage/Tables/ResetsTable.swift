import TrafficAnalysis

struct ResetsTable: RowTable {
    typealias Row = CaptureRow<ResetRow>

    static let name = "resets"
    static let summary = "The first RST of a side of a TCP flow."
    static let origin = ObservationOrigin.capture
    static let columns: [RowColumn<Row>] =
        endpoints(client: \.client, server: \.server, flow: \.flow, packet: \.packet, time: \.time)
        + [
            .text("by", "client or server") { $0.row.byClient ? "client" : "server" },
            .integer("count", "RST segments of that side in all") { Int64($0.row.count) },
            .text(
                "shape",
                "refusal, foreign (another TTL), after-fin-data, after-fin, cuts-own-data, "
                    + "answers-data, idle: the first that fits"
            ) { $0.row.shape.rawValue },
            .integer("has_ack", "1 for RST+ACK, 0 for a bare RST") { $0.row.hasACK ? 1 : 0 },
            .integer("ttl", "of the RST") { Int64($0.row.timeToLive) },
            .integer("ends_connection", "1 when it is the connection's first FIN or RST") {
                $0.row.endsConnection ? 1 : 0
            },
            .real("since_own_data_ms", "NULL when its sender sent none") {
                $0.row.sinceOwnData.map { Double($0) / 1e6 }
            },
            .real("since_peer_data_ms", "NULL when the peer sent none") {
                $0.row.sincePeerData.map { Double($0) / 1e6 }
            },
        ]

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        listed(sources) { $0.resets.rows }
    }
}
