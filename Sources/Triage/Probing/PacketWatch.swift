import Casebook
import Dispatch
import Dissection
import PacketCapture
import Probes
import Synchronization
import TrafficAnalysis

/// Captures the packets of our own probes while they run, and has the analyzers look at them.
///
/// Whatever else talks to the same port is left out: only connections that a probe made count.
final class PacketWatch: Sendable {
    private struct State {
        var isStopped = false
        var buffer = PacketBuffer()
        var blindness: PacketWatchReport.Blindness?
        var dropped = 0
        var link = ""
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)
    private let name: String

    /// More ports than this make a filter that the kernel refuses to run.
    private static let mostPorts = 64
    /// The runs of probes are bounded; a forgotten one ends here.
    private static let longest = Duration.seconds(3600)

    /// Begins to capture; when it returns, it captures or is blind.
    init(_ targets: [ProbeTarget]) {
        name = "own packets"
        let ports = Set(targets.map(\.port)).sorted()
        guard CaptureRights.mayCapture, ports.count <= Self.mostPorts else {
            state.withLock {
                $0.blindness =
                    CaptureRights.mayCapture ? .failed("too many ports to filter for") : .noRight
            }
            ended.signal()
            return
        }
        let begun = DispatchSemaphore(value: 0)
        let filter = "tcp and (" + ports.map { "port \($0)" }.joined(separator: " or ") + ")"
        DispatchQueue(label: "inquest.packet-watch").async { self.capture(filter, begun) }
        begun.wait()
    }

    private func capture(_ filter: String, _ begun: DispatchSemaphore) {
        defer { ended.signal() }
        do throws(LiveCaptureError) {
            var source = try LiveCapture(interface: "any", pace: .prompt)
            try source.keepOnly(filter)
            begun.signal()
            var visitor = Visitor(watch: self)
            _ = source.forEachPacket(until: .now + Self.longest, &visitor)
            let (dropped, link) = (source.droppedPackets ?? 0, source.link.name)
            state.withLock {
                $0.dropped = dropped
                $0.link = link
            }
        } catch {
            let words = Self.words(error)
            state.withLock { $0.blindness = .failed(words) }
            begun.signal()
        }
    }

    private static func words(_ fault: LiveCaptureError) -> String {
        switch fault {
        case .cannotOpen(_, let reason): reason
        case .badFilter(let fault): fault.reason
        case .interfaceDown(let name): "\(name) is down"
        case .noRight, .noSuchInterface, .noSuchUser, .cannotDropRights: "the system refused it"
        }
    }

    private struct Visitor: ~Copyable, LiveVisitor {
        let watch: PacketWatch

        mutating func packet(_ record: PacketRecord, _ bytes: RawSpan) -> Bool {
            watch.state.withLock { $0.buffer.append(record, bytes) }
            return true
        }

        mutating func turn() -> Bool { !watch.state.withLock(\.isStopped) }
        mutating func interfaceWentDown() {}
    }

    /// Ends the capture, with what was on the wire until now, and analyses it.
    func finish(_ reports: [ProbeReport]) -> PacketWatchReport {
        state.withLock { $0.isStopped = true }
        ended.wait()
        return state.withLock { state in
            if let blindness = state.blindness { return PacketWatchReport(blindness: blindness) }
            var own = OwnConnections(
                reports.filter { ProbeList.named($0.check)?.isOrdinaryClient ?? false })
            own.find(in: state.buffer)
            var analysis = CaptureAnalysis(file: name, keepsFlows: false)
            var count = 0
            state.buffer.forEach(own.holds) { record, bytes in
                count += 1
                analysis.packet(
                    bytes, number: count, time: record.time, wireLength: record.wireLength,
                    link: record.link)
            }
            let found = analysis.finish(
                CaptureSource(
                    format: "live", linkTypes: [state.link], droppedPackets: state.dropped)
            ).findings
            return PacketWatchReport(
                packets: count, missed: state.dropped + state.buffer.refused,
                findings: found.filter {
                    $0.state == .present && PacketWatchReport.telling.contains($0.id)
                })
        }
    }
}
