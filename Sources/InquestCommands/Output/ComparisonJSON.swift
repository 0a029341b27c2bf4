import Dissection
import TrafficAnalysis
import Triage

/// `inquest.comparison/1`: captures of several points compared.
enum ComparisonJSON {
    static let schema = "inquest.comparison/1"

    static func document(_ run: ComparisonRun) -> [UInt8] {
        let comparison = run.comparison
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("points", array: comparison.points) { $0.point($1) }
            writer.member("connections", comparison.connections)
            writer.member("matched", comparison.matched)
            writer.member("hops", array: comparison.hops) { $0.hop($1) }
            writer.member("troubled", comparison.troubledCount)
            writer.member("paths", array: comparison.troubled) { $0.path($1) }
            writer.member("findings", array: comparison.findings) { $0.evidence($1) }
            writer.member("warnings", array: run.warnings) { $0.warning($1) }
            writer.member("truncated", run.interrupted)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func point(_ point: PathComparison.Point) {
        object { writer in
            writer.member("file", point.file)
            writer.member("packets", point.packets)
            writer.member("flows", point.flows)
            writer.member("matched", point.matched)
            writer.member("passed_unseen", point.passedUnseen)
            writer.member("first", timeOrNull: point.first)
            writer.member("last", timeOrNull: point.last)
            writer.key("clock")
            guard let clock = point.clock else { return writer.null() }
            writer.object { writer in
                writer.member("offset_ms", number: Double(clock.offset) / 1e6)
                writer.key("uncertainty_ms")
                if let uncertainty = clock.uncertainty {
                    writer.number(Double(uncertainty) / 1e6)
                } else {
                    writer.null()
                }
                writer.member("drift_ppm", number: clock.drift)
                writer.member("packets", clock.pairs)
            }
        }
    }

    fileprivate mutating func hop(_ hop: PathHop) {
        object { writer in
            writer.member("from", hop.from)
            writer.member("to", hop.to)
            writer.member("connections", hop.connections)
            writer.member(
                "identities",
                array: FlowIdentity.allCases.filter {
                    hop.identities[$0] != nil
                }
            ) { writer, identity in
                writer.object {
                    $0.member("identity", identity.rawValue)
                    $0.member("connections", hop.identities[identity] ?? 0)
                }
            }
            writer.key("client")
            writer.direction(hop.sides.client)
            writer.key("server")
            writer.direction(hop.sides.server)
            writer.member("changes", array: hop.optionChanges.sorted { $0.key < $1.key }) {
                writer, change in
                writer.object {
                    $0.member("change", change.key)
                    $0.member("connections", change.value)
                }
            }
        }
    }

    private mutating func direction(_ side: PathHop.Direction) {
        object { writer in
            writer.member("passed", side.crossed)
            writer.member("lost", side.lost)
            writer.member("lost_for_good", side.lostForGood)
            writer.member("lost_acks", side.lostACKs)
            writer.member("appeared", side.appeared)
            writer.member("appeared_acks", side.appearedACKs)
            writer.member("resegmented", side.resegmented)
            writer.key("ttl_step")
            if let step = side.ttlStep { writer.integer(step) } else { writer.null() }
            writer.key("delay_ms")
            guard let delay = side.delay else { return writer.null() }
            writer.object {
                $0.member("least", number: Double(delay.least) / 1e6)
                $0.member("median", number: Double(delay.median) / 1e6)
                $0.member("most", number: Double(delay.most) / 1e6)
            }
        }
    }

    fileprivate mutating func path(_ path: ConnectionPath) {
        object { writer in
            writer.member("client") { $0.endpoint(path.client) }
            writer.member("server") { $0.endpoint(path.server) }
            writer.member("first", timestamp: path.first)
            writer.member("flows", array: path.flows) { $0.integer(orNull: $1) }
            writer.member("identities", array: path.identities) {
                if let identity = $1 { $0.string(identity.rawValue) } else { $0.null() }
            }
            writer.member(
                "troubles",
                strings: ConnectionPath.Trouble.allCases.filter(path.troubles.contains)
                    .map(\.rawValue))
            writer.member("split_over", array: path.splitOver) { $0.integer($1) }
            writer.member("packets", array: path.rows) { $0.row($1) }
            writer.member("packets_left_out", path.rowsLeftOut)
        }
    }

    private mutating func endpoint(_ endpoint: FlowRecord.Endpoint) {
        member("address", endpoint.address.description)
        member("port", Int(endpoint.port))
    }

    private mutating func row(_ row: ConnectionPath.Row) {
        object { writer in
            writer.member("from", row.fromClient ? "client" : "server")
            writer.member("time", timestamp: row.time)
            writer.member("sequence", Int(row.sequence))
            writer.member("length", row.length)
            let names: [(TCPFlags, String)] = [
                (.syn, "SYN"), (.ack, "ACK"), (.fin, "FIN"), (.rst, "RST"),
            ]
            writer.member("flags", strings: names.filter { row.flags.contains($0.0) }.map(\.1))
            writer.member("client_hello", row.isClientHello)
            writer.member("repeated", row.isRepeated)
            writer.member("seen", array: row.packets) { $0.integer(orNull: $1) }
            writer.member("ttl", array: row.ttl) { $0.integer(orNull: $1.map(Int.init)) }
            writer.key("lost_after")
            writer.integer(orNull: row.lostAfter)
        }
    }

    private mutating func integer(orNull value: Int?) {
        if let value { integer(value) } else { null() }
    }
}
