internal import Casebook
internal import Dissection

/// Adds up, connection by connection, what happened between the points.
struct PathTally {
    let logs: [PointLog]
    let clocks: PointClocks
    /// Of the points, for people.
    let names: [String]
    private(set) var passedUnseen: [Int]
    var counts = FindingCounts()
    private(set) var troubled = FirstPaths()
    private var byHop: [HopKey: HopTally] = [:]
    /// Where connections that a point saw to a server are seen next.
    private var reach: [ReachKey: Int] = [:]
    /// Packets whose later points were not capturing at the time.
    private(set) var unjudged = 0

    struct HopKey: Hashable, Comparable {
        var from: Int
        var to: Int

        static func < (a: HopKey, b: HopKey) -> Bool { (a.from, a.to) < (b.from, b.to) }
    }

    private struct ReachKey: Hashable {
        var point: Int
        var server: Endpoint
    }

    init(
        _ logs: [PointLog], _ clocks: PointClocks, _ connections: [Connection], names: [String]
    ) {
        self.logs = logs
        self.names = names
        self.clocks = clocks
        passedUnseen = [Int](repeating: 0, count: logs.count)
        for connection in connections {
            let points = connection.points
            for (point, next) in zip(points, points.dropFirst()) {
                let key = ReachKey(point: point, server: server(connection, point))
                reach[key] = min(reach[key] ?? next, next)
            }
        }
    }

    func flow(_ connection: Connection, _ point: Int) -> PointFlow {
        logs[point].flows[connection.flows[point]]
    }

    private func server(_ connection: Connection, _ point: Int) -> Endpoint {
        flow(connection, point).endpoint(ofClient: false)
    }

    /// A time by the first point's clock; a clock of which nothing is known is taken as it is.
    func time(_ point: Int, _ time: Int64) -> Int64 { clocks.reference(point, time) ?? time }

    mutating func add(_ connection: Connection) {
        let points = connection.points
        var path = PathNotes()
        if let point = points.first, points.count == 1 {
            judgeUnanswered(connection, at: point, &path)
        }
        for (from, to) in zip(points, points.dropFirst()) {
            compareHandshakes(connection, from, to)
        }
        for group in SharedNumbers.groups(of: connection, logs) where group.points.count > 1 {
            for fromClient in [true, false] {
                let match = CrossingMatch(group, logs: logs, fromClient: fromClient, time: time)
                judge(match, &path)
                path.splitOver.formUnion(match.split())
                path.crossings += match.crossings
            }
            if group.points.count > 2 { counts.split.opportunities += 1 }
            judgeAcknowledged(group, connection, &path)
        }
        if !path.splitOver.isEmpty {
            path.troubles.insert(.split)
            counts.split.add(connectionPlace(connection, path.splitOver.max() ?? 0))
        }
        keep(connection, path)
    }

    private func connectionPlace(_ connection: Connection, _ point: Int) -> PathPlace {
        let segment = logs[point].segments[flow(connection, point).segments.lowerBound]
        return place(segment, point)
    }

    func place(_ segment: LoggedSegment, _ point: Int) -> PathPlace {
        PathPlace(
            point: point,
            place: Place(flow: segment.flow, packet: segment.packet, time: segment.time))
    }

    private mutating func keep(_ connection: Connection, _ path: PathNotes) {
        guard !path.troubles.isEmpty, let first = connection.points.first else { return }
        let start = time(first, flow(connection, first).first)
        guard troubled.count(start) else { return }
        troubled.keep(
            ConnectionPath(connection, path, tally: self, first: first, start: start), start)
    }

    mutating func hop(
        _ from: Int, _ to: Int, _ change: (inout HopTally) -> Void
    ) {
        // Named from the client's side, whichever way packets go.
        change(&byHop[HopKey(from: min(from, to), to: max(from, to)), default: HopTally()])
    }

    private mutating func compareHandshakes(
        _ connection: Connection, _ from: Int, _ to: Int
    ) {
        guard let identity = connection.identities[to] else { return }
        let (before, after) = (flow(connection, from), flow(connection, to))
        hop(from, to) {
            $0.connections += 1
            $0.identities[identity, default: 0] += 1
        }
        if let a = before.clientRandom, let b = after.clientRandom {
            counts.hello.opportunities += 1
            if a != b {
                counts.hello.add(helloPlace(before, from), helloPlace(after, to))
            }
        }
        // A proxy's own connection has options of its own.
        guard identity != .proxied, identity != .timeAndSize else { return }
        var changes: [String] = []
        var isSeen = false
        if let a = before.options.syn, let b = after.options.syn {
            isSeen = true
            changes += a.changes(to: b).map { "SYN: " + $0 }
        }
        if let a = after.options.synACK, let b = before.options.synACK {
            isSeen = true
            changes += a.changes(to: b).map { "SYN-ACK: " + $0 }
        }
        if identity == .renumbered { changes.append("sequence numbers counted anew") }
        if isSeen { counts.options.opportunities += 1 }
        guard !changes.isEmpty else { return }
        counts.options.add(connectionPlace(connection, from), connectionPlace(connection, to))
        hop(from, to) { hop in for change in changes { hop.note(change) } }
    }

    private func helloPlace(_ flow: PointFlow, _ point: Int) -> PathPlace {
        let segment = logs[point].segments[flow.segments].first {
            Int($0.packet) == flow.helloPacket
        }
        return place(segment ?? logs[point].segments[flow.segments.lowerBound], point)
    }

    /// SYNs of a connection that no later point saw, to a server whose other connections are seen
    /// there.
    private mutating func judgeUnanswered(
        _ connection: Connection, at point: Int, _ path: inout PathNotes
    ) {
        let flow = flow(connection, point)
        let key = ReachKey(point: point, server: flow.endpoint(ofClient: false))
        guard let next = reach[key], flow.side(ofClient: true).hasSYN,
            flow.side(ofClient: false).base == nil
        else { return }
        for segment in logs[point].segments[flow.segments] {
            let left = time(point, segment.time)
            guard covers(next, from: left, to: left) else { continue }
            counts.lost.opportunities += 1
            counts.lost.add(place(segment, point))
            path.troubles.insert(.lost)
            hop(point, next) {
                $0.client.lost += 1
                $0.client.lostForGood += 1
            }
        }
        let group = SharedNumbers.groups(of: connection, logs)
        for stream in group {
            let match = CrossingMatch(stream, logs: logs, fromClient: true, time: time)
            path.crossings += match.crossings
        }
        if path.troubles.contains(.lost) { path.lostBefore = next }
    }

    /// Whether the point was capturing all the while in which a packet should have passed it.
    func covers(_ point: Int, from earliest: Int64, to latest: Int64) -> Bool {
        guard let first = logs[point].first else { return false }
        let slack = 1_000_000 + (clocks.clocks[point]?.uncertainty ?? 0)
        return time(point, first) <= earliest + slack
            && latest + slack <= time(point, logs[point].knownUntil)
    }

    mutating func passUnseen(_ point: Int) { passedUnseen[point] += 1 }
    mutating func leaveUnjudged() { unjudged += 1 }

    func hops() -> [PathHop] {
        byHop.sorted { $0.key < $1.key }.map { $0.value.hop($0.key) }
    }
}
