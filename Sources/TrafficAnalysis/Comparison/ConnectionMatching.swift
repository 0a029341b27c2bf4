internal import Dissection

/// How a flow at one point was recognised as one of another point.
public enum FlowIdentity: String, Sendable, CaseIterable {
    /// Same addresses, ports and sequence numbers.
    case same
    /// Same addresses and ports; something between counts sequence numbers anew.
    case renumbered
    /// Other addresses or ports and the same sequence numbers: address translation.
    case translated
    /// The same ClientHello in another TCP connection: a proxy that passes TLS on.
    case proxied
    /// Same time and same sizes only: a guess, for a proxy that ends TLS.
    case timeAndSize = "time-and-size"
}

/// One conversation over all points.
struct Connection: Sendable {
    /// By point: the flow's place in `PointLog.flows`; -1 where it was not seen.
    var flows: [Int]
    /// By point; that of the first one is `same`.
    var identities: [FlowIdentity?]

    /// The same stream of sequence numbers, perhaps shifted, at both points.
    func sharesNumbers(_ a: Int, _ b: Int) -> Bool {
        let between = identities[(min(a, b) + 1)...max(a, b)]
        return !between.contains(.proxied) && !between.contains(.timeAndSize)
    }

    var points: [Int] { flows.indices.filter { flows[$0] >= 0 } }
}

/// Recognises flows from point to point, surest signs first.
struct ConnectionMatching {
    private let logs: [PointLog]
    private(set) var connections: [Connection] = []
    private var byKeyAndNumber: [KeyAndNumber: [Int]] = [:]
    private var byKey: [FlowKey: [Int]] = [:]
    private var byNumbers: [UInt32: [Int]] = [:]
    private var byRandom: [SIMD4<UInt64>: [Int]] = [:]

    private struct KeyAndNumber: Hashable {
        var key: FlowKey
        var number: UInt32
    }

    /// A sign that so many connections share (a scanner's one initial sequence number, a 4-tuple in
    /// a flood) tells none of them; looking through all would take quadratic time.
    private static let mostCandidates = 64

    init(_ logs: [PointLog]) {
        self.logs = logs
        for point in logs.indices {
            var left: [Int] = []
            for place in logs[point].flows.indices where !join(place, at: point) {
                left.append(place)
            }
            // A sign that one flow takes must not be taken from its own point.
            for place in left { open(place, at: point) }
            for (number, connection) in connections.enumerated()
            where connection.flows[point] >= 0 {
                note(logs[point].flows[connection.flows[point]], number)
            }
        }
    }

    private mutating func open(_ place: Int, at point: Int) {
        var flows = [Int](repeating: -1, count: logs.count)
        var identities = [FlowIdentity?](repeating: nil, count: logs.count)
        flows[point] = place
        identities[point] = .same
        connections.append(Connection(flows: flows, identities: identities))
    }

    private mutating func note(_ flow: PointFlow, _ number: Int) {
        byKey[flow.key, default: []].append(number)
        let client = flow.side(ofClient: true)
        if client.hasSYN, let base = client.base {
            byKeyAndNumber[KeyAndNumber(key: flow.key, number: base), default: []].append(number)
            byNumbers[base, default: []].append(number)
        }
        if let random = flow.clientRandom { byRandom[random, default: []].append(number) }
    }

    private mutating func join(_ place: Int, at point: Int) -> Bool {
        guard point > 0 else { return false }
        let flow = logs[point].flows[place]
        for identity in [FlowIdentity.same, .renumbered, .translated, .proxied] {
            let candidates = candidates(flow, identity).filter {
                connections[$0].flows[point] < 0
            }
            guard let number = best(candidates, flow, identity) else { continue }
            connections[number].flows[point] = place
            connections[number].identities[point] = identity
            return true
        }
        return false
    }

    private func candidates(_ flow: PointFlow, _ identity: FlowIdentity) -> [Int] {
        let client = flow.side(ofClient: true)
        let number = client.hasSYN ? client.base : nil
        switch identity {
        case .same:
            let exact = number.flatMap {
                byKeyAndNumber[KeyAndNumber(key: flow.key, number: $0)]
            }
            return Self.few(exact) + Self.few(byKey[flow.key])
        case .renumbered: return Self.few(byKey[flow.key])
        case .translated: return Self.few(number.flatMap { byNumbers[$0] })
        case .proxied: return Self.few(flow.clientRandom.flatMap { byRandom[$0] })
        case .timeAndSize: return []
        }
    }

    private static func few(_ numbers: [Int]?) -> [Int] {
        guard let numbers, numbers.count <= mostCandidates else { return [] }
        return numbers
    }

    private func best(
        _ candidates: [Int], _ flow: PointFlow, _ identity: FlowIdentity
    ) -> Int? {
        candidates.first { number in
            let connection = connections[number]
            // The nearest point upstream that saw it.
            guard let point = connection.points.last else { return false }
            return Self.isOne(logs[point].flows[connection.flows[point]], flow, identity)
        }
    }

    private static func isOne(
        _ a: PointFlow, _ b: PointFlow, _ identity: FlowIdentity
    ) -> Bool {
        switch identity {
        case .same:
            return agree(a, b, ofClient: true) != false && agree(a, b, ofClient: false) != false
        case .renumbered:
            // One 4-tuple is one connection at a time; with several, nothing tells which it is.
            return agree(a, b, ofClient: true) == false || agree(a, b, ofClient: false) == false
        case .translated:
            // 32 bits alone meet by chance in large captures.
            let answer = agree(a, b, ofClient: false)
            if answer == true, b.side(ofClient: false).hasSYN { return true }
            return answer != false
                && (a.endpoint(ofClient: true) == b.endpoint(ofClient: true)
                    || a.endpoint(ofClient: false) == b.endpoint(ofClient: false))
        case .proxied, .timeAndSize: return true
        }
    }

    /// Whether one side's sequence numbers are those of one stream; `nil` when it was not seen.
    private static func agree(_ a: PointFlow, _ b: PointFlow, ofClient: Bool) -> Bool? {
        let (left, right) = (a.side(ofClient: ofClient), b.side(ofClient: ofClient))
        guard let l = left.base, let r = right.base else { return nil }
        if left.hasSYN, right.hasSYN { return l == r }
        // Without a SYN the base is what the capture began with: anywhere in the stream.
        let apart = abs(Int64(Int32(bitPattern: r &- l)))
        return apart <= Int64(max(left.payload, right.payload)) + 65_536
    }

    /// Joins what is left by time and size, point by point, where only one flow fits.
    ///
    /// - Parameter reference: a point's time by the first point's clock; `nil` where no connection
    ///   tells how its clock runs.
    mutating func joinByTimeAndSize(reference: (Int, Int64) -> Int64?) {
        for point in logs.indices.dropFirst() {
            let upstream = starts(before: point, reference)
            var claims: [Int: [Int]] = [:]
            for number in connections.indices where connections[number].points == [point] {
                let flow = logs[point].flows[connections[number].flows[point]]
                guard let start = reference(point, flow.first),
                    let other = onlyOne(like: flow, start: start, among: upstream)
                else { continue }
                claims[other, default: []].append(number)
            }
            var gone: Set<Int> = []
            for (other, claimed) in claims where claimed.count == 1 {
                connections[other].flows[point] = connections[claimed[0]].flows[point]
                connections[other].identities[point] = .timeAndSize
                gone.insert(claimed[0])
            }
            connections = connections.enumerated().filter { !gone.contains($0.offset) }
                .map(\.element)
        }
    }

    /// Connections that were not seen at `point` but before it, in order of time.
    private func starts(
        before point: Int, _ reference: (Int, Int64) -> Int64?
    ) -> [(time: Int64, number: Int)] {
        connections.indices.compactMap { number in
            let connection = connections[number]
            guard connection.flows[point] < 0, let last = connection.points.last, last < point
            else { return nil }
            let first = logs[last].flows[connection.flows[last]].first
            return reference(last, first).map { ($0, number) }
        }.sorted { $0.time < $1.time }
    }

    /// A proxy opens its own connection within a second.
    private func onlyOne(
        like flow: PointFlow, start: Int64, among upstream: [(time: Int64, number: Int)]
    ) -> Int? {
        let low = upstream.partitioningIndex { $0.time >= start - 1_000_000_000 }
        var found: Int?
        // So many within a second tell nothing.
        for (time, number) in upstream[low...].prefix(1000) {
            if time > start + 50_000_000 { return found }
            let connection = connections[number]
            guard let last = connection.points.last,
                Self.areAlike(logs[last].flows[connection.flows[last]], flow)
            else { continue }
            if found != nil { return nil }
            found = number
        }
        return upstream.count - low > 1000 ? nil : found
    }

    /// About the same bytes; a TLS handshake of a proxy's own may differ by a certificate.
    private static func areAlike(_ a: PointFlow, _ b: PointFlow) -> Bool {
        [true, false].allSatisfy { ofClient in
            let (x, y) = (a.side(ofClient: ofClient).payload, b.side(ofClient: ofClient).payload)
            return max(x, y) > 0 && max(x, y) - min(x, y) <= max(x, y) / 8 + 256
        }
    }
}
