public import Casebook
import Dissection
public import PacketCapture
public import TrafficAnalysis

/// Reads one capture from its first packet to its last and analyses it on the way.
public struct CaptureRun: Sendable {
    public var report: CaptureReport
    /// Whether somebody stopped it before the end of the file, or of the time asked for.
    public var interrupted: Bool
    /// What went wrong around the packets of a live capture.
    public var liveWarnings: [Warning] = []

    /// What makes the result less than it should be.
    public var warnings: [Warning] { liveWarnings + report.warnings }

    /// - Parameters:
    ///   - path: a pcap or pcapng file, `-` for standard input.
    ///   - keepsFlows: whether the report can list the flows; without, memory stays small.
    ///   - goOn: asked after each packet with the number read so far; `false` ends the reading,
    ///     and what was seen until then is the result.
    public init(path: String, keepsFlows: Bool = false, goOn: (Int) -> Bool) throws(CaptureError) {
        var reader = try CaptureReader(path: path)
        var analysis = CaptureAnalysis(file: path, keepsFlows: keepsFlows)
        var stopped = false
        let facts = try reader.forEachPacket { record, bytes in
            analysis.packet(
                bytes, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            stopped = !goOn(record.number)
            return !stopped
        }
        interrupted = stopped
        report = analysis.finish(
            CaptureSource(
                format: facts.format, linkTypes: facts.linkTypes.map(\.name),
                cutShort: facts.cutShortReason, droppedPackets: facts.missedPackets ?? 0))
    }

    init(report: CaptureReport, interrupted: Bool, liveWarnings: [Warning]) {
        self.report = report
        self.interrupted = interrupted
        self.liveWarnings = liveWarnings
    }
}
