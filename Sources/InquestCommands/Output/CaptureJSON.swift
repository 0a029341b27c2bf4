import Dissection
import PacketCapture
import TrafficAnalysis
import Triage

/// `inquest.capture/1`, keys in the order of the contract.
enum CaptureJSON {
    static let schema = "inquest.capture/1"

    static func document(_ capture: CaptureRun) -> [UInt8] {
        let report = capture.report
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("file", report.file)
            writer.member("format", report.format)
            writer.member("link_types", strings: report.linkTypes)
            writer.member("packets", report.packets)
            writer.member("bytes", report.bytes)
            writer.member("truncated_packets", report.truncatedPackets)
            writer.member("first", timeOrNull: report.first)
            writer.member("last", timeOrNull: report.last)
            writer.member("undecoded_packets", report.otherPackets.undecoded)
            writer.member("cut_short", report.cutShort)
            writer.totals(report)
            writer.member("findings", array: report.findings) { $0.evidence($1) }
            writer.member("warnings", array: capture.warnings) { $0.warning($1) }
            writer.others(report.otherPackets.rows)
            writer.notes(capture.notes)
            // Only there when several files were merged.
            if !capture.files.isEmpty { writer.member("files", strings: capture.files) }
            // Only there when the file was compressed.
            if let compression = report.compression {
                writer.member("compression", compression)
            }
            // Only there when somebody pressed ^C: a whole capture has nothing to say here.
            if capture.interrupted { writer.member("truncated", true) }
        }
        writer.endLine()
        return writer.bytes
    }

    /// A capture that could not be read, as a line among the others.
    static func error(_ message: String, file: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.error/1")
            writer.member("file", file)
            writer.member("error", message)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    mutating func member(_ name: StaticString, timeOrNull time: Int64?) {
        key(name)
        if let time { timestamp(time) } else { null() }
    }

    /// Only there when the capture has some.
    fileprivate mutating func others(_ rows: [OtherPackets.Row]) {
        if rows.isEmpty { return }
        member("other_packets", array: rows) { writer, row in
            writer.object { writer in
                writer.member("protocol", row.name)
                writer.member("packets", row.packets)
            }
        }
    }

    /// Only there when the capture has some.
    fileprivate mutating func notes(_ notes: CaptureNotes) {
        let packets = notes.packetComments.sorted { $0.key < $1.key }
        let comments =
            notes.comments.map { (packet: Int?.none, text: $0) }
            + packets.map { (packet: $0.key, text: $0.value) }
        if !comments.isEmpty {
            member("comments", array: comments) { writer, comment in
                writer.object { writer in
                    if let packet = comment.packet { writer.member("packet", packet) }
                    writer.member("text", comment.text)
                }
            }
        }
        if !notes.names.isEmpty {
            let names = notes.names.sorted { $0.key < $1.key }
            member("names", array: names) { writer, entry in
                writer.object { writer in
                    writer.member("address", "\(entry.key)")
                    writer.member("name", entry.value)
                }
            }
        }
    }

    fileprivate mutating func totals(_ report: CaptureReport) {
        member("tcp") { writer in
            writer.member("flows", report.tcp.flows)
            writer.member("syn", report.tcp.syn)
            writer.member("rst", report.tcp.rst)
            writer.member("retransmitted", report.tcp.retransmitted)
        }
        member("tls") { writer in
            writer.member("client_hellos", report.tls.clientHellos)
            writer.member("server_hellos", report.tls.serverHellos)
            writer.member("alerts", report.tls.alerts)
        }
    }
}
