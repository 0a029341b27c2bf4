import Dissection
import Foundation
import PacketCapture
import Testing
import TrafficAnalysis

/// The repository's folder of fixtures.
let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

/// Analyses one capture file as `inquest capture` does, of each packet at most `snapLength` bytes,
/// and none of those whose numbers are in `missing`.
func analyse(
    _ path: String, flowLimit: Int = .max, snapLength: Int = .max, missing: Range<Int> = 0..<0
) throws -> CaptureReport {
    var reader = try CaptureReader(path: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var analysis = CaptureAnalysis(file: name, flowLimit: flowLimit)
    let facts = try reader.forEachPacket { record, bytes in
        if missing.contains(record.number) { return true }
        analysis.packet(
            bytes.extracting(first: snapLength), number: record.number, time: record.time,
            wireLength: record.wireLength,
            link: record.link)
        return true
    }
    return analysis.finish(
        CaptureSource(
            format: facts.format, linkTypes: facts.linkTypes.map(\.name),
            cutShort: facts.cutShort ? facts.cutShortReason ?? "" : nil))
}

func flows(of report: CaptureReport) -> [FlowRecord] {
    var records: [FlowRecord] = []
    report.forEachFlow { records.append($0) }
    return records
}
