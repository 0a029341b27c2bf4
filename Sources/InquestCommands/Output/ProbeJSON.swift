import Casebook
import Probes
import Triage

/// `inquest.probe/1`: what the probes of one target did and saw.
enum ProbeJSON {
    static func document(_ report: TargetReport) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.probe/1")
            writer.member("inquest", Inquest.version)
            writer.member("target", report.target.description)
            writer.member("started", timeOrNull: report.reports.isEmpty ? nil : report.start)
            writer.member("seconds", nanoseconds: report.duration)
            writer.member("worked", !report.hasTrouble && !report.sawNothing)
            writer.member("checks", array: report.reports) { $0.probe($1) }
            writer.member("evidence", array: report.evidence) { $0.evidence($1) }
            writer.ownPackets(report.packets)
            writer.member("truncated", report.interrupted)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    /// In seconds, to the microsecond.
    fileprivate mutating func member(_ name: StaticString, nanoseconds: Int64) {
        member(name, number: DiagnosisJSON.rounded(Double(nanoseconds) / 1e9, 6))
    }

    fileprivate mutating func probe(_ probe: ProbeReport) {
        object { writer in
            writer.member("check", probe.check)
            writer.member("effect", probe.effect.rawValue)
            writer.member("started", timestamp: probe.start)
            writer.member("seconds", nanoseconds: probe.duration)
            writer.member("not_looked", ifPresent: probe.failure)
            writer.member("results", array: probe.results) { $0.result($1) }
            writer.member("measures", array: probe.measures) { $0.measure($1) }
            writer.member("timelines", array: probe.timelines) { $0.timeline($1) }
            writer.member("log", array: probe.log) { writer, entry in
                writer.object { writer in
                    writer.member("time", timestamp: entry.time)
                    writer.member("text", entry.text)
                }
            }
            writer.member("left_out", probe.omitted)
            writer.member("truncated", probe.interrupted)
        }
    }

    private mutating func result(_ result: ProbeReport.AddressResult) {
        object { writer in
            writer.member("address", result.address)
            writer.member("good", result.isGood)
            writer.member("summary", result.summary)
            writer.member("details", array: result.details) { writer, detail in
                writer.object { writer in
                    writer.member("name", detail.name)
                    writer.member("value", detail.value)
                }
            }
        }
    }

    private mutating func measure(_ measure: ProbeReport.Measure) {
        object { writer in
            writer.member("name", measure.name)
            writer.member("value", number: measure.value)
            writer.member("unit", measure.unit)
            writer.member("address", ifPresent: measure.address)
        }
    }

    private mutating func timeline(_ timeline: Timeline) {
        object { writer in
            writer.member("label", timeline.label)
            writer.member("remote", timeline.remote)
            writer.member("local", ifPresent: timeline.local)
            writer.member("started", timestamp: timeline.start)
            writer.member("stages", array: timeline.stages) { $0.stage($1) }
            writer.member("bytes_sent", timeline.bytesSent)
            writer.member("bytes_received", timeline.bytesReceived)
            writer.member("ending", ifPresent: timeline.ending)
            if let facts = timeline.tcpInfo { writer.member("tcp_info") { $0.tcpInfo(facts) } }
        }
    }

    private mutating func stage(_ stage: Stage) {
        object { writer in
            writer.member("name", stage.name)
            writer.member("start", nanoseconds: stage.start)
            writer.member("seconds", nanoseconds: stage.duration)
            switch stage.outcome {
            case .ok: writer.member("outcome", "ok")
            case .timedOut: writer.member("outcome", "timed-out")
            case .failed(let reason):
                writer.member("outcome", "failed")
                writer.member("reason", reason)
            }
            if !stage.detail.isEmpty { writer.member("detail", stage.detail) }
        }
    }

    private mutating func tcpInfo(_ facts: TCPInfo) {
        member("round_trip_us", Int(facts.roundTrip))
        member("segment_size", Int(facts.segmentSize))
        member("path_mtu", Int(facts.pathMTU))
        member("unacknowledged", Int(facts.unacknowledged))
        member("retransmitted", Int(facts.retransmitted))
        if let bytes = facts.bytesAcknowledged { member("bytes_acknowledged", bytes) }
        if let bytes = facts.bytesReceived { member("bytes_received", bytes) }
    }

    fileprivate mutating func ownPackets(_ packets: PacketWatchReport?) {
        guard let packets else {
            key("own_packets")
            return null()
        }
        member("own_packets") { writer in
            writer.member("watched", packets.blindness == nil)
            writer.member("why_not", ifPresent: packets.blindness.map(ProbePacketsText.reason))
            writer.member("packets", packets.packets)
            writer.member("missed", packets.missed)
        }
    }
}
