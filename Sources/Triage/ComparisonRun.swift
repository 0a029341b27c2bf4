public import Casebook
import Dissection
public import PacketCapture
public import TrafficAnalysis

/// Reads several captures of the same traffic, the client's side first, and compares them.
public struct ComparisonRun: Sendable {
    /// So many points can be drawn beside each other, and paid for.
    public static let pointLimits = 2...8
    /// TCP segments that are kept of all captures together, 40 bytes each.
    public static let segmentLimit = 8_000_000

    public private(set) var comparison: PathComparison
    /// Each capture by itself, where asked for.
    public private(set) var captures: [CaptureRun] = []
    /// Whether somebody stopped it before the end of the last file.
    public private(set) var interrupted = false
    /// What the reader says of the files.
    private var readerWarnings: [Warning] = []

    public var warnings: [Warning] { readerWarnings + comparison.warnings }

    /// - Parameters:
    ///   - paths: as many as `pointLimits` says.
    ///   - analyses: whether each capture is analysed by itself, too.
    ///   - casebook: whose cases' own questions are asked of each capture that is analysed.
    ///   - digests: how many flows each report lists by trouble.
    ///   - goOn: asked after each packet with the file and the number of packets read of it.
    public init(
        paths: [String], analyses: Bool = false, casebook: Casebook? = nil, digests: Int = 0,
        goOn: (String, Int) -> Bool
    ) throws(CaptureError) {
        var logs: [PointLog] = []
        let questions = analyses ? casebook?.customFindings(of: .capture) ?? [] : []
        let needs = CustomQuestions.needs(questions)
        for path in paths {
            var reader = try CaptureReader(path: path)
            var log = PointLog(file: path, segmentLimit: Self.segmentLimit / paths.count)
            var analysis = CaptureAnalysis(
                file: path, keepsFlows: needs.flows, digests: digests, rows: needs.rows)
            var stopped = false
            let facts = try reader.forEachPacket { record, bytes in
                log.packet(
                    bytes, number: record.number, time: record.time,
                    wireLength: record.wireLength, link: record.link)
                if analyses {
                    analysis.packet(
                        bytes, number: record.number, time: record.time,
                        wireLength: record.wireLength, link: record.link)
                }
                stopped = !goOn(path, record.number)
                return !stopped
            }
            interrupted = interrupted || stopped
            readerWarnings += Self.warnings(facts, path)
            logs.append(log)
            guard analyses else { continue }
            let report = analysis.finish(CaptureSource(facts))
            var run = CaptureRun(report: report, interrupted: stopped, liveWarnings: [])
            run.answer(questions, keepsLists: false) { goOn(path, report.packets) }
            captures.append(run)
        }
        comparison = PathComparison(logs)
    }

    private static func warnings(_ facts: CaptureFacts, _ path: String) -> [Warning] {
        var warnings: [Warning] = []
        if let reason = facts.cutShortReason {
            warnings.append(
                Warning(
                    id: "capture.quality.cut-short",
                    summary: "\(path) ends inside a packet (\(reason)); all before it was read"))
        }
        if let missed = facts.missedPackets, missed > 0 {
            warnings.append(
                Warning(
                    id: "capture.quality.missed-packets",
                    summary: "\(path): the capturing program dropped \(missed) packets; they look "
                        + "like loss before this point"))
        }
        return warnings
    }
}
