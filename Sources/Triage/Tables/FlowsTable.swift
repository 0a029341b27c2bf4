import TrafficAnalysis

struct FlowsTable: RowTable {
    struct Row {
        var file: String
        var flow: FlowRecord
    }

    static let name = "flows"
    static let summary = "A TCP flow of a capture, as 'inquest capture --flows' shows it."
    static let origin = ObservationOrigin.capture
    static let columns: [RowColumn<Row>] =
        [
            .text("file", "the capture") { $0.file },
            .integer("flow", "zero-based, Wireshark's tcp.stream") { Int64($0.flow.flow) },
            .text("community_id", "") { $0.flow.communityID },
            .text("first", "time of the first packet") { Timestamp.text($0.flow.first) },
            .text("last", "time of the last packet") { Timestamp.text($0.flow.last) },
            .real("seconds", "from the first packet to the last") {
                Double($0.flow.last - $0.flow.first) / 1e9
            },
            .text("client", "address") { "\($0.flow.client.address)" },
            .integer("client_port", "") { Int64($0.flow.client.port) },
            .text("server", "address") { "\($0.flow.server.address)" },
            .integer("server_port", "") { Int64($0.flow.server.port) },
        ]
        + perSide("packets", "") {
            Int64($0.packets.client)
        } _: {
            Int64($0.packets.server)
        }
        + perSide("payload_bytes", "") {
            Int64(clamping: $0.payloadBytes.client)
        } _: {
            Int64(clamping: $0.payloadBytes.server)
        }
        + perSide("rst", "segments") {
            Int64($0.rst.client)
        } _: {
            Int64($0.rst.server)
        }
        + perSide("fin", "segments") {
            Int64($0.fin.client)
        } _: {
            Int64($0.fin.server)
        }
        + perSide("retransmitted", "segments without a new byte") {
            Int64($0.retransmitted.client)
        } _: {
            Int64($0.retransmitted.server)
        }
        + perSide("zero_windows", "") {
            Int64($0.zeroWindows.client)
        } _: {
            Int64($0.zeroWindows.server)
        }
        + [
            .text("history", "Zeek's letters") { $0.flow.history },
            .text("state", "Zeek's conn_state") { $0.flow.state },
            .integer("client_hellos", "0 without TLS") { Int64($0.flow.tls?.clientHellos ?? 0) },
            .integer("server_hellos", "0 without TLS") { Int64($0.flow.tls?.serverHellos ?? 0) },
            .text("sni", "NULL when none was sent") { $0.flow.tls?.serverName },
            .text("tls_version", "NULL without a ServerHello") { $0.flow.tls?.version },
            .text("alpn", "NULL when none was chosen") { $0.flow.tls?.alpn },
            .integer("offered_resumption", "1 or 0; NULL without TLS") {
                $0.flow.tls.map { $0.offeredResumption ? 1 : 0 }
            },
            .integer("resumed", "1 or 0; NULL without TLS") {
                $0.flow.tls.map { $0.resumed ? 1 : 0 }
            },
            .integer("alerts", "in clear; 0 without TLS") {
                Int64($0.flow.tls?.alerts.count ?? 0)
            },
            .real("server_hello_after_ms", "NULL without both hellos") {
                $0.flow.tls?.serverHelloAfter.map { Double($0) / 1e6 }
            },
        ]

    private static func perSide(
        _ name: String, _ meaning: String,
        _ client: @escaping @Sendable (FlowRecord) -> Int64,
        _ server: @escaping @Sendable (FlowRecord) -> Int64
    ) -> [RowColumn<Row>] {
        let mark = meaning.isEmpty ? "" : ", " + meaning
        return [
            .integer("client_\(name)", "from the client\(mark)") { client($0.flow) },
            .integer("server_\(name)", "from the server\(mark)") { server($0.flow) },
        ]
    }

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        CaptureRows(sources.captures, count: \.flowCount) { report, index in
            Row(file: report.file, flow: report.flow(at: index))
        }
    }
}
