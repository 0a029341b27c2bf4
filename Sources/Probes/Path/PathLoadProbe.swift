public import Casebook
internal import Synchronization

/// Does the round trip grow while a bulk transfer runs? Then a queue on the way is long.
public enum PathLoadProbe: Probe {
    public static let name = "path-load"
    public static let summary = "times connects at rest and while the target's path is downloaded"
    public static let findings: [FactID] = ["probe.path.rtt-rises-under-load"]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [.http]

    /// Connects timed at rest.
    private static let samples = 15
    /// Fewer say nothing.
    private static let leastSamples = 3
    /// Seconds that the download runs at most, and bytes it takes at most.
    private static let longest = 6.0
    private static let largest = 128 << 20
    /// Seconds between two timed connects under load.
    private static let interval = 0.1
    private static let underLoad = Int(longest / interval)
    /// Bodies that are shorter than 64 KiB end it.
    private static let mostDownloads = largest / (64 << 10)
    /// Less than this fills no queue.
    private static let least = 256 << 10
    /// Thresholds of casebook/findings.yaml.
    private static let factor = 5.0
    private static let rise = 0.1

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * (samples + underLoad + mostDownloads),
            bytes: addresses * mostDownloads * 200,
            seconds: Double(addresses) * (longest + options.timeout * 2),
            description: "times \(samples) connects, then downloads the path again and again for "
                + "up to \(Int(longest)) s or \(largest >> 20) MiB and times up to \(underLoad) "
                + "more")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var verdicts: [Evidence] = []
        for address in addresses where !context.cancellation.isCancelled {
            let idle = (0..<samples).compactMap { _ in connect(address, context) }.sorted()
            let transfer = Transfer()
            let times = parallel(2) { lane -> [Double] in
                if lane == 0 {
                    transfer.run(address, context, seconds: longest, bytes: largest)
                    return []
                }
                return timeDuring(transfer, address, context)
            }
            let loaded = times.flatMap(\.self).sorted()
            report.results.append(result(address, idle, loaded, transfer.received))
            verdicts.append(judge(address, idle, loaded, transfer.received, context))
        }
        report.evidence = verdicts.combined
        return report
    }

    /// Seconds of one connect; a repeated SYN is no round trip.
    private static func connect(_ address: SocketAddress, _ context: ProbeContext) -> Double? {
        let connection = Connection(context, to: address, label: "round trip")
        defer { connection.closePolitely(by: .after(seconds: 0.2)) }
        guard (try? connection.connect(by: context.attempt)) != nil,
            let duration = connection.timeline.stage("connect")?.duration
        else { return nil }
        return Double(duration) / 1e9
    }

    private static func timeDuring(
        _ transfer: Transfer, _ address: SocketAddress, _ context: ProbeContext
    ) -> [Double] {
        var times: [Double] = []
        // The queue fills first.
        while transfer.received < least, !transfer.isOver {
            try? sleep(until: .after(seconds: 0.05), context.cancellation)
        }
        while !transfer.isOver, !context.cancellation.isCancelled {
            let next = Deadline.after(seconds: interval)
            let time = connect(address, context)
            if let time, !transfer.isOver { times.append(time) }
            // The first ones come quickly: a fast path is done with the download soon.
            if times.count > leastSamples { try? sleep(until: next, context.cancellation) }
        }
        // The window grows at first, and the queue with it.
        return Array(times.suffix(max(leastSamples, times.count / 2)))
    }

    private static func result(
        _ address: SocketAddress, _ idle: [Double], _ loaded: [Double], _ bytes: Int
    ) -> ProbeReport.AddressResult {
        func text(_ times: [Double]) -> String {
            times.isEmpty ? "no connect" : "\(rounded(times[times.count / 2])) s"
        }
        return .init(
            address: address.description, isGood: !loaded.isEmpty,
            summary: "round trip at rest \(text(idle)), during \(bytes) bytes \(text(loaded))")
    }

    private static func judge(
        _ address: SocketAddress, _ idle: [Double], _ loaded: [Double], _ bytes: Int,
        _ context: ProbeContext
    ) -> Evidence {
        let id = findings[0]
        guard idle.count >= leastSamples, loaded.count >= leastSamples else {
            return context.evidence(
                id, .unknown,
                bytes < least
                    ? "the path gives only \(bytes) bytes: name one with a large body"
                    : "too few connects succeeded to compare")
        }
        let (rest, load) = (idle[idle.count / 2], loaded[loaded.count / 2])
        let isRisen = load >= factor * rest && load - rest >= rise
        return context.evidence(
            id, isRisen ? .present : .absent,
            "\(address): round trip \(rounded(rest)) s at rest, \(rounded(load)) s while a "
                + "download runs", measure: .init(value: rounded(load), unit: "s"))
    }
}

/// A download whose bytes are thrown away.
private final class Transfer: Sendable {
    private let bytes = Atomic<Int>(0)
    private let over = Atomic<Bool>(false)
    /// Bytes a second that are taken at most.
    private static let mostPerSecond = 64e6

    var received: Int { bytes.load(ordering: .relaxed) }
    var isOver: Bool { over.load(ordering: .acquiring) }
    func end() { over.store(true, ordering: .releasing) }

    /// The same path again and again until the time or the bytes are used up.
    func run(_ address: SocketAddress, _ context: ProbeContext, seconds: Double, bytes limit: Int) {
        defer { end() }
        let begin = MonotonicInstant.now
        let deadline = Deadline.after(seconds: seconds)
        let request =
            "GET \(context.target.path) HTTP/1.1\r\nHost: \(context.target.authority)\r\n"
            + "User-Agent: inquest\r\nConnection: close\r\n\r\n"
        while !deadline.hasPassed, !isOver, received < limit {
            let connection = Connection(context, to: address, label: "download")
            connection.receiveLimit = limit
            guard (try? connection.connect(by: deadline)) != nil,
                (try? connection.send(Array(request.utf8), by: deadline)) != nil
            else { return }
            let before = received
            while !isOver, received < limit,
                let more = try? connection.receive(atMost: 64 << 10, by: deadline), !more.isEmpty
            {
                bytes.add(more.count, ordering: .relaxed)
                // No faster than it takes to time a few connects; what is slower has the queue.
                let due = begin.adding(seconds: Double(received) / Self.mostPerSecond)
                if due > .now { try? sleep(until: Deadline(due), context.cancellation) }
            }
            connection.close()
            // Bodies of a few hundred bytes would only be a flood of connections.
            if received - before < 64 << 10 { return }
        }
    }
}
