internal import Dissection

/// The clocks of all points, found from packets that connections share.
struct PointClocks: Sendable {
    /// `nil` where nothing tells.
    private(set) var clocks: [PointClock?]
    private let start: Int64
    /// So many connections are enough to tell a clock.
    private static let connectionLimit = 20_000

    init(_ logs: [PointLog], _ connections: [Connection]) {
        clocks = [PointClock?](repeating: nil, count: logs.count)
        start = logs.first?.first ?? 0
        guard !logs.isEmpty else { return }
        // The first point that shares a connection is the one that all others are told against.
        clocks[0] = .reference
        var isNew = true
        while isNew {
            isNew = false
            for point in logs.indices where clocks[point] == nil {
                for known in logs.indices where clocks[known] != nil {
                    guard let clock = clock(point, against: known, logs, connections) else {
                        continue
                    }
                    clocks[point] = clock
                    isNew = true
                    break
                }
            }
        }
    }

    /// A point's time by the first point's clock; `nil` where it is not known.
    func reference(_ point: Int, _ time: Int64) -> Int64? {
        clocks[point]?.reference(time, since: start)
    }

    private func clock(
        _ point: Int, against known: Int, _ logs: [PointLog], _ connections: [Connection]
    ) -> PointClock? {
        var estimate = ClockEstimate()
        var used = 0
        for connection in connections
        where connection.flows[point] >= 0 && connection.flows[known] >= 0 {
            guard connection.sharesNumbers(point, known) else { continue }
            used += 1
            if used > Self.connectionLimit { break }
            for group in SharedNumbers.groups(of: connection, logs)
            where group.points.contains(point) && group.points.contains(known) {
                for fromClient in [true, false] {
                    add(group, point, known, fromClient, logs, to: &estimate)
                }
            }
        }
        return estimate.clock(since: start)
    }

    /// Packets that were seen once at each of the two points.
    private func add(
        _ group: SharedNumbers, _ point: Int, _ known: Int, _ fromClient: Bool,
        _ logs: [PointLog], to estimate: inout ClockEstimate
    ) {
        let here = onlyOnes(group, point, fromClient, logs[point])
        if here.isEmpty { return }
        let there = onlyOnes(group, known, fromClient, logs[known])
        for (key, time) in here {
            guard let earlier = there[key], let first = reference(known, earlier) else { continue }
            estimate.add(
                first: first, second: time, isOnward: (known < point) == fromClient)
        }
    }

    private struct Key: Hashable {
        var sequence: Int64
        var length: UInt32
        var flags: UInt8
    }

    /// Times of packets with payload, SYN or FIN that were sent once.
    private func onlyOnes(
        _ group: SharedNumbers, _ point: Int, _ fromClient: Bool, _ log: PointLog
    ) -> [Key: Int64] {
        var reading = group.reading(at: point, fromClient: fromClient)
        let flow = log.flows[group.flow(at: point)]
        var times: [Key: Int64] = [:]
        var repeated: Set<Key> = []
        for segment in log.segments[flow.segments].prefix(2000)
        where (segment.fromUpper == flow.clientIsUpper) == fromClient {
            let flags = segment.flags.intersection([.syn, .fin])
            guard segment.length > 0 || !flags.isEmpty else { continue }
            let key = Key(
                sequence: reading.sequence(segment), length: segment.length, flags: flags.rawValue)
            if times.updateValue(segment.time, forKey: key) != nil { repeated.insert(key) }
        }
        for key in repeated { times[key] = nil }
        return times
    }
}
