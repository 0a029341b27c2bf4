import Casebook
import Dissection
import PacketCapture
import TrafficAnalysis

/// Takes the packets of a live capture: analyses them, and saves them where a file is wanted.
struct LiveAnalysis: ~Copyable, LiveVisitor {
    /// Less than 1 GB of memory; a capture runs beside the service that is in trouble.
    private static let flowLimit = 1_000_000

    private var analysis: CaptureAnalysis
    private var writer: CaptureWriter?
    private var writeError: CaptureWriteError?
    private var savedPackets: Int?
    private var packets = 0
    private var downs = 0
    private let limit: Int
    private let goOn: (Int) -> Bool
    private let wentDown: () -> Void

    init(
        name: String, keepsFlows: Bool, writer: consuming CaptureWriter?, limit: Int?,
        goOn: @escaping (Int) -> Bool, wentDown: @escaping () -> Void
    ) {
        analysis = CaptureAnalysis(
            file: name, flowLimit: Self.flowLimit, keepsFlows: keepsFlows)
        savedPackets = writer == nil ? nil : 0
        self.writer = writer
        self.limit = limit ?? .max
        self.goOn = goOn
        self.wentDown = wentDown
    }

    mutating func packet(_ record: PacketRecord, _ bytes: RawSpan) -> Bool {
        packets += 1
        analysis.packet(
            bytes, number: record.number, time: record.time, wireLength: record.wireLength,
            link: record.link)
        do throws(CaptureWriteError) {
            try writer?.write(record, bytes)
        } catch {
            writeError = error
            return false
        }
        return packets < limit
    }

    mutating func turn() -> Bool {
        flush()
        return writeError == nil && goOn(packets)
    }

    mutating func interfaceWentDown() {
        downs += 1
        wentDown()
    }

    /// Whoever reads the file along sees each bunch at once, and a kill costs nothing.
    private mutating func flush() {
        if writeError != nil { return }
        do throws(CaptureWriteError) {
            try writer?.flush()
        } catch {
            writeError = error
        }
    }

    /// Draws the conclusions.
    consuming func finish(_ end: LiveEnd, link: String, dropped: Int) -> LiveRun.Outcome {
        flush()
        if let saved = writer?.savedPackets { savedPackets = saved }
        let warnings = warnings(end)
        let (writeError, saved) = (writeError, savedPackets)
        let report = analysis.finish(
            CaptureSource(format: "live", linkTypes: [link], droppedPackets: dropped))
        return LiveRun.Outcome(
            capture: CaptureRun(report: report, interrupted: false, liveWarnings: warnings),
            end: end, writeError: writeError, savedPackets: saved)
    }

    private func warnings(_ end: LiveEnd) -> [Warning] {
        var warnings: [Warning] = []
        if case .failed(let words) = end {
            warnings.append(
                Warning(
                    id: "capture.live.ended-early",
                    summary: "the capture ended early: \(words); what came until then is analysed"))
        }
        if downs > 0 {
            let times = downs == 1 ? "once" : "\(downs) times"
            warnings.append(
                Warning(
                    id: "capture.live.interface-down",
                    summary: "the interface went down \(times) during the capture: "
                        + "nothing is known about the time until it came back"))
        }
        if writeError != nil {
            warnings.append(
                Warning(
                    id: "capture.live.not-saved",
                    summary: "saving failed after \(savedPackets ?? 0) of \(packets) packets: "
                        + "the file ends there, the capture with it"))
        }
        return warnings
    }
}
