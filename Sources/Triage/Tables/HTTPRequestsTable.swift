import TrafficAnalysis

struct HTTPRequestsTable: RowTable {
    typealias Row = CaptureRow<HTTPRequestRow>

    static let name = "http_requests"
    static let summary = "The head of an HTTP/1 request in clear, and that of its answer."
    static let origin = ObservationOrigin.capture
    static let columns: [RowColumn<Row>] =
        endpoints(client: \.client, server: \.server, flow: \.flow, packet: \.packet, time: \.time)
        + [
            .integer("place", "one-based, among the requests of the flow") {
                Int64($0.row.place)
            },
            .text("method", "") { $0.row.method },
            .text(
                "path_hash", "16 digits of SHA-1 over the path without query: paths may be secret"
            ) { $0.row.pathHash },
            .integer("request_length", "Content-Length; NULL without") {
                $0.row.requestLength.map { Int64(clamping: $0) }
            },
            .integer("expects_continue", "1 with Expect: 100-continue") {
                $0.row.expectsContinue ? 1 : 0
            },
            .text("ambiguity", "what makes the body's length doubtful; NULL for a sound head") {
                $0.row.ambiguity
            },
            .integer("status", "of the first answer but 1xx; NULL without") {
                $0.row.status.map(Int64.init)
            },
            .real("answered_after_ms", "from head to head; NULL without an answer") {
                $0.row.answeredAfter.map { Double($0) / 1e6 }
            },
            .integer("answer_packet", "Wireshark's frame.number; NULL without an answer") {
                $0.row.answerPacket.map(Int64.init)
            },
            .integer("answer_length", "Content-Length of the answer; NULL without") {
                $0.row.answerLength.map { Int64(clamping: $0) }
            },
        ]

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        listed(sources) { $0.httpRequests.rows }
    }
}
