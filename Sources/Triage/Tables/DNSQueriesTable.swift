import Dissection
import TrafficAnalysis

struct DNSQueriesTable: RowTable {
    typealias Row = CaptureRow<DNSQueryRow>

    static let name = "dns_queries"
    static let summary = "A question of DNS over UDP or TCP, and the answer to it."
    static let origin = ObservationOrigin.capture
    static let columns: [RowColumn<Row>] = [
        .text("file", "the capture") { $0.file },
        .integer("packet", "of the question, Wireshark's frame.number") { Int64($0.row.packet) },
        .text("time", "") { Timestamp.text($0.row.time) },
        .text("client", "address") { "\($0.row.client.address)" },
        .integer("client_port", "") { Int64($0.row.client.port) },
        .text("server", "address") { "\($0.row.server)" },
        .text("name", "as it was asked for") { "\($0.row.name)" },
        .text("type", "A, AAAA, TXT …") { "\($0.row.type)" },
        .integer("attempt", "1 for the first time, more when it was asked again unanswered") {
            Int64($0.row.attempt)
        },
        .integer("edns", "1 when the question had EDNS") { $0.row.hasEDNS ? 1 : 0 },
        .text("code", "NOERROR, NXDOMAIN, SERVFAIL …; NULL without an answer") {
            $0.row.code.map { "\($0)" }
        },
        .real("latency_ms", "from question to answer; NULL without an answer") {
            $0.row.latency.map { Double($0) / 1e6 }
        },
        .integer("truncated", "1 when the answer says that it was cut") {
            $0.row.isTruncated ? 1 : 0
        },
        .text("addresses", "A and AAAA of the answer, spaces between; NULL without") {
            $0.row.addresses.isEmpty
                ? nil : $0.row.addresses.map { "\($0)" }.joined(separator: " ")
        },
        .text("transport", "udp or tcp") { $0.row.transport },
        .integer(
            "counterpart",
            "after a truncated answer the packet of the question over TCP, and there that of the "
                + "truncated one; NULL without"
        ) { $0.row.counterpart.map { Int64($0) } },
    ]

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        listed(sources) { $0.dnsQueries.rows }
    }
}
