import TrafficAnalysis

struct FlowsTable: RowTable {
    struct Row {
        var file: String
        var flow: FlowRecord
    }

    static let name = "flows"
    static let summary = "A TCP flow of a capture, as 'inquest capture --flows' shows it."
    static let origin = ObservationOrigin.capture

    func obstacle(_ sources: ObservationSources) -> String? {
        if sources.captures.isEmpty { return "no capture was read" }
        let isLeftOut = sources.captures.contains { $0.flowCount == 0 && $0.tcp.flows > 0 }
        return isLeftOut ? "the flows of the capture were not kept" : nil
    }

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
        + perSide("out_of_order", "segments") {
            Int64($0.outOfOrder.client)
        } _: {
            Int64($0.outOfOrder.server)
        }
        + perSide("duplicate_acks", "") {
            Int64($0.duplicateACKs.client)
        } _: {
            Int64($0.duplicateACKs.server)
        }
        + perSide("fast_retransmitted", "asked for by duplicate ACKs") {
            Int64($0.fastRetransmitted.client)
        } _: {
            Int64($0.fastRetransmitted.server)
        }
        + perSide("spuriously_retransmitted", "of what was acknowledged before") {
            Int64($0.spuriouslyRetransmitted.client)
        } _: {
            Int64($0.spuriouslyRetransmitted.server)
        }
        + perSide("keep_alives", "") {
            Int64($0.keepAlives.client)
        } _: {
            Int64($0.keepAlives.server)
        }
        + perSide("gaps", "how often bytes were left out that came later or never") {
            Int64($0.gaps.client)
        } _: {
            Int64($0.gaps.server)
        }
        + perSide("window_full", "segments that filled the peer's window") {
            Int64($0.windowFull.client)
        } _: {
            Int64($0.windowFull.server)
        }
        + perSide("mss", "in the SYN; NULL without") {
            $0.options.client?.mss.map(Int64.init)
        } _: {
            $0.options.server?.mss.map(Int64.init)
        }
        + perSide("largest_flight", "most bytes not acknowledged; NULL below 8 packets") {
            $0.largestFlight.client.map(Int64.init)
        } _: {
            $0.largestFlight.server.map(Int64.init)
        }
        + perSide("ttl", "of its first packet; NULL when it sent none") {
            $0.ttl.client.first.map(Int64.init)
        } _: {
            $0.ttl.server.first.map(Int64.init)
        }
        + [
            .real("client_handshake_ms", "SYN to SYN-ACK; NULL without both") {
                $0.flow.handshakeRoundTrip.client.map { Double($0) / 1e6 }
            },
            .real("server_handshake_ms", "SYN-ACK to ACK; NULL without both") {
                $0.flow.handshakeRoundTrip.server.map { Double($0) / 1e6 }
            },
            .real("client_rtt_ms", "mean of data to ACK, from its 8th packet on; NULL without") {
                ($0.flow.roundTrip.client?.mean).map { Double($0) / 1e6 }
            },
            .real("server_rtt_ms", "the same for the server's data") {
                ($0.flow.roundTrip.server?.mean).map { Double($0) / 1e6 }
            },
            .text(
                "opening",
                "complete, simultaneous, refused, unanswered, midstream, half-open, one-sided"
            ) { $0.flow.opening.rawValue },
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
        _ client: @escaping @Sendable (FlowRecord) -> Int64?,
        _ server: @escaping @Sendable (FlowRecord) -> Int64?
    ) -> [RowColumn<Row>] {
        let mark = meaning.isEmpty ? "" : ", " + meaning
        return [
            .integer("client_\(name)", "from the client\(mark)") { client($0.flow) },
            .integer("server_\(name)", "from the server\(mark)") { server($0.flow) },
        ]
    }

    func values(_ sources: ObservationSources) -> CaptureRows<Row> {
        let captures = sources.captures
        return CaptureRows(counts: captures.map(\.flowCount)) { capture, index in
            Row(file: captures[capture].file, flow: captures[capture].flow(at: index))
        }
    }
}
