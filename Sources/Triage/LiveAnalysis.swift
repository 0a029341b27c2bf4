import Casebook
import Dissection
import PacketCapture
import TrafficAnalysis

/// Takes the packets of a live capture: analyses them, and saves them where a file is wanted.
struct LiveAnalysis: ~Copyable, LiveVisitor {
    /// Memory that a flow takes, with what analyzers note of it, at the most.
    private static let bytesOfAFlow = 1_000

    private var analysis: CaptureAnalysis
    private var ring: CaptureRing?
    private var writeError: CaptureWriteError?
    private var stream = FindingStream()
    private var pace = LookPace()
    private var memory: MemoryWatch
    private var packets = 0
    private var downs = 0
    private let limit: Int
    private let watcher: LiveWatcher

    init(_ wish: LiveRun.Wish, ring: consuming CaptureRing?, _ watcher: LiveWatcher) {
        // With a file, packet numbers are to be looked up there.
        analysis = CaptureAnalysis(
            file: wish.file ?? wish.interface, flowLimit: wish.memory / Self.bytesOfAFlow,
            keepsFlows: wish.needs.flows, digests: wish.digests, rows: wish.needs.rows)
        self.ring = ring
        self.watcher = watcher
        memory = MemoryWatch(limit: wish.memory)
        limit = wish.packets ?? .max
    }

    mutating func packet(_ record: PacketRecord, _ bytes: RawSpan) -> Bool {
        packets += 1
        analysis.packet(
            bytes, number: record.number, time: record.time, wireLength: record.wireLength,
            link: record.link)
        do throws(CaptureWriteError) {
            try ring?.write(record, bytes)
        } catch {
            writeError = error
            return false
        }
        return packets < limit
    }

    mutating func turn() -> Bool {
        flush()
        if pace.isDue, watcher.found != nil || watcher.glimpse != nil { look() }
        return writeError == nil && !memory.isExceeded() && watcher.goOn(packets)
    }

    mutating func interfaceWentDown() {
        downs += 1
        watcher.wentDown()
    }

    /// Whoever reads the file along sees each bunch at once, and a kill costs nothing.
    private mutating func flush() {
        if writeError != nil { return }
        do throws(CaptureWriteError) {
            try ring?.flush()
        } catch {
            writeError = error
        }
    }

    /// Tells those who look on what there is so far.
    private mutating func look() {
        let start = ContinuousClock.now
        let present = analysis.findingsSoFar()
        if let found = watcher.found {
            for change in stream.changes(present) { found(change) }
        }
        if let show = watcher.glimpse {
            var glimpse = analysis.glimpse()
            glimpse.findings = present
            show(glimpse)
        }
        pace.looked(since: start)
    }

    /// Draws the conclusions.
    consuming func finish(_ end: LiveEnd, link: String, dropped: Int) -> LiveRun.Outcome {
        flush()
        let saved = ring?.savedPackets
        let files = ring?.files ?? []
        let warnings = warnings(end, saved: saved)
        let (writeError, watcher) = (writeError, watcher)
        var stream = stream
        let report = analysis.finish(
            CaptureSource(format: "live", linkTypes: [link], droppedPackets: dropped))
        if let found = watcher.found {
            let present = report.findings.filter { $0.state == .present }
            for change in stream.changes(present) { found(change) }
        }
        return LiveRun.Outcome(
            capture: CaptureRun(report: report, interrupted: false, liveWarnings: warnings),
            end: end, writeError: writeError, savedPackets: saved, files: files)
    }

    private func warnings(_ end: LiveEnd, saved: Int?) -> [Warning] {
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
        if let words = memory.words {
            warnings.append(Warning(id: "capture.live.memory-limit", summary: words))
        }
        if writeError != nil {
            warnings.append(
                Warning(
                    id: "capture.live.not-saved",
                    summary: "saving failed after \(saved ?? 0) of \(packets) packets: "
                        + "the file ends there, the capture with it"))
        }
        return warnings
    }
}
