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
            writer.member("undecoded_packets", report.undecodedPackets)
            writer.member("cut_short", report.cutShort)
            writer.totals(report)
            writer.member("findings", array: report.findings) { $0.evidence($1) }
            writer.member("warnings", array: capture.warnings) { $0.warning($1) }
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
