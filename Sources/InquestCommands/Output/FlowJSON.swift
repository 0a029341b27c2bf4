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
            if let wait = tls.serverHelloAfter {
                writer.number(Double(wait) / 1e6)
            } else {
                writer.null()
            }
            writer.perSide("close", tls.close) { $0.string($1.rawValue) }
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
