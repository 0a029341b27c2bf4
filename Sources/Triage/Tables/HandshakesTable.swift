import Dissection
import TrafficAnalysis

struct HandshakesTable: RowTable {
    typealias Row = CaptureRow<TLSHandshakeRow>

    static let name = "tls_handshakes"
    static let summary = "A TLS handshake, of which a ClientHello or a ServerHello was read."
    static let origin = ObservationOrigin.capture
    static let columns: [RowColumn<Row>] =
        endpoints(client: \.client, server: \.server, flow: \.flow, packet: \.packet, time: \.time)
        + [
            .integer("client_hellos", "") { Int64($0.row.tls.clientHellos) },
            .integer("server_hellos", "") { Int64($0.row.tls.serverHellos) },
            .integer("hello_segments", "TCP segments of the ClientHello: 1, or 2 for more") {
                Int64($0.row.helloSegments)
            },
            .text("sni", "NULL when none was sent") { $0.row.tls.serverName },
            .text("version", "NULL without a ServerHello") { $0.row.tls.version },
            .text("alpn", "NULL when none was chosen") { $0.row.tls.alpn },
            .text("ja4", "fingerprint of the first ClientHello; NULL without one") {
                $0.row.tls.ja4
            },
            .text("history", "a letter a message, capital for the client, as Zeek's ssl_history") {
                $0.row.tls.history
            },
            .real("server_hello_after_ms", "from the ClientHello; NULL without both") {
                $0.row.tls.serverHelloAfter.map { Double($0) / 1e6 }
            },
            .text("offered_forms", "session-id, ticket, psk: what the client had to resume") {
                $0.row.tls.offeredForms.isEmpty
                    ? nil : $0.row.tls.offeredForms.joined(separator: " ")
            },
            .integer("resumed", "1 or 0") { $0.row.tls.resumed ? 1 : 0 },
            .text("resumed_by", "one of the forms; NULL when it was not resumed") {
                $0.row.tls.resumedBy
            },
            .integer("alerts", "in clear") { Int64($0.row.tls.alerts.count) },
            .text("alert", "name of the first in clear; NULL without one") {
                $0.row.tls.alerts.first?.name
            },
            .text("alert_by", "client or server; NULL without one") {
                $0.row.tls.alerts.first.map { $0.byClient ? "client" : "server" }
            },
            .text("client_close", "close-notify, probable-close-notify, fin, rst, none") {
                $0.row.tls.close.client.rawValue
            },
            .text("server_close", "the same of the server") {
                $0.row.tls.close.server.rawValue
            },
            .integer("certificates", "in clear, up to TLS 1.2; NULL when none was seen") {
                ($0.row.tls.certificates?.count).map(Int64.init)
            },
            .text("common_name", "of the leaf; NULL without a certificate or name") {
                $0.row.tls.certificates?.commonName
            },
            .text("issuer", "of the leaf; NULL without") { $0.row.tls.certificates?.issuer },
            .text("not_before", "time from which all of them are valid; NULL without") {
                ($0.row.tls.certificates?.notBefore).map(Timestamp.text)
            },
            .text("not_after", "time at which the first of them expires; NULL without") {
                ($0.row.tls.certificates?.notAfter).map(Timestamp.text)
            },
            .integer("self_issued", "1 when the leaf is its own issuer; NULL without") {
                ($0.row.tls.certificates?.isSelfIssued).map { $0 ? 1 : 0 }
            },
            .integer("name_fits", "1 when the leaf is for the sni; NULL when it cannot be told") {
                ($0.row.tls.certificates?.isForServerName ?? nil).map { $0 ? 1 : 0 }
            },
        ]

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        listed(sources) { $0.tlsHandshakes.rows }
    }
}
