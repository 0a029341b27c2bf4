import Dissection
import TrafficAnalysis
import Triage

/// `inquest.flow/1`: one object a line, keys in the order of the contract.
enum FlowJSON {
    static func write(_ report: CaptureReport, to console: Console) {
        var writer = JSONWriter()
        report.forEachFlow { flow in
            writer.flow(flow, file: report.file)
            writer.endLine()
            if writer.bytes.count >= 60 << 10 { console.write(writer.drain()) }
        }
        console.write(writer.drain())
    }
}

extension JSONWriter {
    fileprivate mutating func flow(_ flow: FlowRecord, file: String) {
        object { writer in
            writer.member("schema", "inquest.flow/1")
            writer.member("file", file)
            writer.member("flow", flow.flow)
            writer.member("community_id", flow.communityID)
            writer.member("first", timestamp: flow.first)
            writer.member("last", timestamp: flow.last)
            writer.member("client") { $0.endpoint(flow.client) }
            writer.member("server") { $0.endpoint(flow.server) }
            writer.member("client_is", flow.clientIs)
            writer.counts(flow)
            writer.perSide("ttl", flow.ttl) { $0.array($1) { $0.integer(Int($1)) } }
            writer.perSide("mac", flow.mac) { $0.array($1) { $0.ethernetAddress($1) } }
            writer.member("vlan", array: flow.vlan) { $0.integer(Int($1)) }
            writer.member("history", flow.history)
            writer.member("state", flow.state)
            writer.key("tls")
            if let tls = flow.tls { writer.tls(tls) } else { writer.null() }
            writer.tcp(flow)
        }
    }

    private mutating func counts(_ flow: FlowRecord) {
        perSide("packets", flow.packets) { $0.integer($1) }
        perSide("payload_bytes", flow.payloadBytes) { $0.integer($1) }
        perSide("syn", flow.syn) { $0.integer($1) }
        perSide("fin", flow.fin) { $0.integer($1) }
        perSide("rst", flow.rst) { $0.integer($1) }
        perSide("retransmitted", flow.retransmitted) { $0.integer($1) }
        perSide("out_of_order", flow.outOfOrder) { $0.integer($1) }
        perSide("duplicate_acks", flow.duplicateACKs) { $0.integer($1) }
        perSide("zero_windows", flow.zeroWindows) { $0.integer($1) }
    }

    private mutating func tcp(_ flow: FlowRecord) {
        perSide("fast_retransmitted", flow.fastRetransmitted) { $0.integer($1) }
        perSide("spuriously_retransmitted", flow.spuriouslyRetransmitted) { $0.integer($1) }
        perSide("keep_alives", flow.keepAlives) { $0.integer($1) }
        perSide("gaps", flow.gaps) { $0.integer($1) }
        perSide("window_full", flow.windowFull) { $0.integer($1) }
        member("opening", flow.opening.rawValue)
        perSide("options", flow.options) { writer, options in
            if let options { writer.options(options) } else { writer.null() }
        }
        perSide("changed_options", flow.changedOptions) { writer, changed in
            guard let changed else { return writer.null() }
            writer.object { writer in
                writer.key("options")
                writer.options(changed.options)
                writer.member("packet", changed.packet)
                writer.member("on_the_way", changed.onTheWay)
            }
        }
        perSide("handshake_rtt_ms", flow.handshakeRoundTrip) { $0.milliseconds($1) }
        perSide("rtt", flow.roundTrip) { $0.roundTrip($1) }
        perSide("timestamp_rtt", flow.echoRoundTrip) { $0.roundTrip($1) }
        perSide("largest_flight", flow.largestFlight) { writer, bytes in
            if let bytes { writer.integer(bytes) } else { writer.null() }
        }
    }

    private mutating func options(_ options: FlowRecord.Options) {
        object { writer in
            writer.member("mss", orNull: options.mss)
            writer.member("window_scale", orNull: options.windowScale)
            writer.member("sack_permitted", options.sackPermitted)
            writer.member("timestamps", options.timestamps)
        }
    }

    private mutating func roundTrip(_ times: FlowRecord.RoundTrip?) {
        guard let times else { return null() }
        object { writer in
            writer.member("samples", times.samples)
            writer.key("min_ms")
            writer.milliseconds(times.least)
            writer.key("mean_ms")
            writer.milliseconds(times.mean)
            writer.key("max_ms")
            writer.milliseconds(times.most)
        }
    }

    private mutating func milliseconds(_ nanoseconds: Int64?) {
        if let nanoseconds { millionths(nanoseconds) } else { null() }
    }

    private mutating func member(_ name: StaticString, orNull value: Int?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    private mutating func endpoint(_ endpoint: FlowRecord.Endpoint) {
        member("address", endpoint.address.description)
        member("port", Int(endpoint.port))
    }

    private mutating func perSide<Value>(
        _ name: StaticString, _ sides: PerSide<Value>, _ write: (inout JSONWriter, Value) -> Void
    ) {
        member(name) { writer in
            writer.key("client")
            write(&writer, sides.client)
            writer.key("server")
            write(&writer, sides.server)
        }
    }

    private mutating func tls(_ tls: FlowRecord.TLS) {
        object { writer in
            writer.member("client_hellos", tls.clientHellos)
            writer.member("server_hellos", tls.serverHellos)
            writer.member("sni", orNull: tls.serverName)
            writer.member("version", orNull: tls.version)
            writer.member("alpn", orNull: tls.alpn)
            writer.member("offered_resumption", tls.offeredResumption)
            writer.member("resumed", tls.resumed)
            writer.member("alerts", array: tls.alerts) { $0.alert($1) }
            writer.key("server_hello_after_ms")
            writer.milliseconds(tls.serverHelloAfter)
            writer.perSide("close", tls.close) { $0.string($1.rawValue) }
            writer.member("ja4", orNull: tls.ja4)
            writer.member("history", tls.history)
            writer.member("offered_forms", array: tls.offeredForms) { $0.string($1) }
            writer.member("resumed_by", orNull: tls.resumedBy)
            writer.key("certificates")
            if let chain = tls.certificates { writer.certificates(chain) } else { writer.null() }
        }
    }

    private mutating func certificates(_ chain: FlowRecord.Certificates) {
        object { writer in
            writer.member("count", chain.count)
            writer.member("common_name", orNull: chain.commonName)
            writer.member("names", array: chain.names) { $0.string($1) }
            writer.member("issuer", orNull: chain.issuer)
            writer.member("not_before", timestamp: chain.notBefore)
            writer.member("not_after", timestamp: chain.notAfter)
            writer.member("self_issued", chain.isSelfIssued)
            writer.member("complete", chain.isComplete)
            writer.key("for_sni")
            if let isFor = chain.isForServerName { writer.bool(isFor) } else { writer.null() }
        }
    }

    private mutating func alert(_ alert: FlowRecord.Alert) {
        object { writer in
            writer.member("from", alert.byClient ? "client" : "server")
            writer.member("level", alert.alert.level == 2 ? "fatal" : "warning")
            writer.member("description", alert.alert.name)
        }
    }

    private mutating func member(_ name: StaticString, orNull text: String?) {
        key(name)
        if let text { string(text) } else { null() }
    }
}
