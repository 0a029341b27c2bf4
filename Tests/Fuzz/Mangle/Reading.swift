import Dissection
import PacketCapture
import TrafficAnalysis

/// Everything that a capture gives, as a number that is the same for the same bytes.
struct Reading {
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var packets = 0
    /// It was a capture, however damaged.
    private(set) var wasRead = false

    /// Reads, analyses and compares a file as the commands do.
    init(path: String) {
        do throws(CaptureError) {
            var reader = try CaptureReader(path: path)
            var analysis = CaptureAnalysis(file: "mangled", digests: 50, rows: 50)
            var log = PointLog(file: "mangled")
            var facts = try reader.forEachPacket { record, bytes in
                packets += 1
                analysis.packet(
                    bytes, number: record.number, time: record.time,
                    wireLength: record.wireLength, link: record.link)
                log.packet(
                    bytes, number: record.number, time: record.time,
                    wireLength: record.wireLength, link: record.link)
                return true
            }
            wasRead = true
            take(facts.notes)
            facts.notes = CaptureNotes()
            take("\(facts)")
            take(
                analysis.finish(
                    CaptureSource(
                        format: facts.format, linkTypes: facts.linkTypes.map(\.name),
                        cutShort: facts.cutShortReason)))
            take("\(PathComparison([log, log]).findings)")
        } catch {
            // The path is ours, and another one at every run.
            take("\(error)".replacing(path, with: ""))
        }
    }

    /// Dictionaries have another order in every process.
    private mutating func take(_ notes: CaptureNotes) {
        take("\(notes.comments)")
        take("\(notes.packetComments.sorted { $0.key < $1.key })")
        take("\(notes.names.map { "\($0.key) \($0.value)" }.sorted())")
    }

    private mutating func take(_ report: CaptureReport) {
        take("\(report.packets) \(report.bytes) \(report.otherPackets.undecoded) \(report.tcp)")
        take("\(report.otherPackets.rows) \(report.otherPackets.undecodedRows)")
        take("\(report.findings)")
        take("\(report.warnings)")
        report.forEachFlow { take("\($0)") }
    }

    /// FNV-1a.
    private mutating func take(_ text: String) {
        for byte in text.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
