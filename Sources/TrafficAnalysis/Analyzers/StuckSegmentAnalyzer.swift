internal import Casebook
internal import Dissection

/// Segments that were sent again and again and never acknowledged.
struct StuckSegmentAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.data-unacked-from-start", "capture.tcp.backoff-unanswered-long",
        "capture.tcp.large-lost-small-pass",
    ]

    /// A path of one direction between two hosts.
    private struct Path: Internable {
        var from: IPAddress
        var to: IPAddress

        var seededHash: UInt64 {
            TrafficAnalysis.seededHash(from, TrafficAnalysis.seededHash(to, 0))
        }
    }

    /// The longest segments that were acknowledged between a client and a server.
    private struct Longest {
        var byServer: UInt16 = 0
        var byClient: UInt16 = 0
    }

    private var fromStart = Tally()
    private var backoff = Tally()
    private var longestACKed = ByNumber(initially: Longest())
    private var stuck: [(path: Path, length: UInt32, place: Place)] = []
    private var longestRun = 0

    mutating func visit(_ f: FlowFacts) {
        for d in 0...1 {
            let sender = f.flow.directions[d]
            guard sender.payloadBytes > 0 else { continue }
            note(sender.longestACKed, f.pairNumber, isClient: d == f.flow.client)
            if f.isEstablished { fromStart.opportunities += 1 }
            backoff.opportunities += 1
            guard f.hasRare, f.rare(d).longestRun.repeats >= 2 else { continue }
            let run = f.rare(d).longestRun
            let path = Path(from: f.key.address(d), to: f.key.address(1 - d))
            visit(run, sender, f, direction: d, path)
        }
    }

    private mutating func note(_ length: UInt16, _ pair: UInt32, isClient: Bool) {
        if isClient {
            longestACKed[pair].byClient = max(longestACKed[pair].byClient, length)
        } else {
            longestACKed[pair].byServer = max(longestACKed[pair].byServer, length)
        }
    }

    private mutating func visit(
        _ run: RepeatRun, _ sender: Direction, _ f: FlowFacts, direction d: Int, _ path: Path
    ) {
        let place = f.place(run.firstPacket)
        let peer = f.flow.directions[1 - d]
        let neverACKed =
            !peer.has.contains(.acknowledgement)
            || Int32(bitPattern: peer.highestACK &- run.sequence) <= 0
        if neverACKed, f.isEstablished, run.sequence == sender.base { fromStart.add(place) }
        if run.repeats >= 6, run.answers == 0, run.growingGaps * 2 >= run.repeats {
            backoff.add(place)
            longestRun = max(longestRun, Int(run.repeats))
        }
        if neverACKed { stuck.append((path, run.length, place)) }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        // Of a one-sided capture nobody can say what was not answered.
        if capture.isOneSided { return [] }
        return fromStart.evidence(
            "capture.tcp.data-unacked-from-start", capture,
            present:
                "on \(counted(fromStart.count, "connection")) the first data was sent 3 times or "
                + "more after a complete handshake and never acknowledged",
            absent: "the first data of every connection was acknowledged")
            + backoff.evidence(
                "capture.tcp.backoff-unanswered-long", capture,
                present:
                    "\(counted(backoff.count, "segment")) repeated up to \(longestRun) times with "
                    + "growing gaps and no packet back: the peer is gone",
                absent: "no segment was repeated 6 times without a packet back") + large(capture)
    }

    private func large(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var smallest: UInt32 = .max
        var passed: UInt32 = 0
        let passedOnPath = longestBesideStuck(capture)
        // Large segments passed, or what is stuck is no larger than what passed.
        let othersPassed = zip(stuck, passedOnPath).contains { $0.length <= $1 }
        let largePassed = self.longestACKed.all.contains { max($0.byClient, $0.byServer) >= 1000 }
        tally.opportunities = othersPassed || largePassed ? 1 : 0
        for (segment, small) in zip(stuck, passedOnPath)
        where small > 0 && small < segment.length && segment.length >= 500 {
            tally.add(segment.place)
            smallest = min(smallest, segment.length)
            passed = max(passed, small)
        }
        return tally.evidence(
            "capture.tcp.large-lost-small-pass", capture,
            present: "segments of \(smallest) bytes and more never arrived, while segments up to "
                + "\(passed) bytes between the same hosts did: size decides",
            absent: "large segments were acknowledged",
            measure: Evidence.Measure(value: Double(smallest), unit: "bytes"))
    }

    /// The longest that passed, whatever the port, on the path of each segment that is stuck; 0 for
    /// nothing.
    private func longestBesideStuck(_ capture: CaptureContext) -> [UInt32] {
        if stuck.isEmpty { return [] }
        var paths = Interned<Path>()
        let numbers = stuck.map { Int(paths.number(of: $0.path)) }
        var longest = [UInt32](repeating: 0, count: paths.values.count)
        func note(_ path: Path, _ length: UInt16) {
            guard length > 0, let number = paths.find(path) else { return }
            longest[Int(number)] = max(longest[Int(number)], UInt32(length))
        }
        for (number, lengths) in longestACKed.all.enumerated() {
            let pair = capture.pair(UInt32(number))
            note(Path(from: pair.client, to: pair.server.address), lengths.byClient)
            note(Path(from: pair.server.address, to: pair.client), lengths.byServer)
        }
        return numbers.map { longest[$0] }
    }
}
