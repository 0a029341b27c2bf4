internal import Glibc

/// How many hops away a SYN, data and UDP are answered: the smallest hop limit (IP_TTL,
/// IPV6_UNICAST_HOPS) with which they are.
struct Distances: Sendable {
    var syn: Int?
    /// Of the first bytes after the handshake, by what TCP_INFO says is unacknowledged.
    var data: Int?
    /// Of a datagram to a closed port.
    var udp: Int?

    /// Seconds for an answer. Routers that say "time exceeded" end a try at once.
    static let patience = 1.5
    /// Seconds for an acknowledgement after the handshake's round trip.
    private static let acknowledgement = 0.15

    init(_ address: SocketAddress, _ context: ProbeContext, most: Int, width: Int) {
        syn = Self.smallest(1...most, width, context) { hops in
            Self.connects(address, hops, context)
        }
        if let syn {
            data = Self.smallest(1...syn, width, context) { hops in
                Self.isAcknowledged(address, hops, context)
            }
        }
        udp = Self.smallest(1...most, 1, context) { hops in Self.answers(address, hops, context) }
        // One lost packet must not make a device of it: what differs is asked again.
        syn = Self.confirmed(syn, from: data, context) { Self.connects(address, $0, context) }
        udp = Self.confirmed(udp, from: syn, context) { Self.answers(address, $0, context) }
    }

    /// `distance`, or a smaller one from `nearer` on for which `body` holds after all.
    private static func confirmed(
        _ distance: Int?, from nearer: Int?, _ context: ProbeContext, _ body: (Int) -> Answer
    ) -> Int? {
        guard let distance, let nearer, nearer < distance else { return distance }
        for hops in nearer..<distance {
            for _ in 0..<3 where !context.cancellation.isCancelled {
                if body(hops) == .yes { return hops }
            }
        }
        return distance
    }

    /// The smallest of the limits for which `body` holds; a few are tried at once.
    private static func smallest(
        _ limits: ClosedRange<Int>, _ width: Int, _ context: ProbeContext,
        _ body: @escaping @Sendable (Int) -> Answer
    ) -> Int? {
        var first = limits.lowerBound
        var silences = 0
        while first <= limits.upperBound, !context.cancellation.isCancelled {
            let start = first
            let count = min(width, limits.upperBound - first + 1)
            let answers = parallel(count) { body(start + $0) }
            if let index = answers.firstIndex(of: .yes) { return start + index }
            // Where nobody says "time exceeded" either, further ones would be as silent.
            silences = answers.allSatisfy { $0 == .silence } ? silences + count : 0
            if answers.contains(.never) || silences >= 8 { return nil }
            first += count
        }
        return nil
    }

    enum Answer: Hashable, Sendable {
        case yes
        /// It ended on the way.
        case tooShort
        case silence
        /// No larger limit will do.
        case never
    }

    private static func connects(
        _ address: SocketAddress, _ hops: Int, _ context: ProbeContext
    ) -> Answer {
        let connection = Connection(context, to: address, label: "SYN, \(hops) hops")
        do throws(NetworkFailure) {
            try connection.connect(by: .after(seconds: patience), .init(hops: Int32(hops)))
            connection.setHops(64)
            connection.closePolitely(by: .after(seconds: 0.5))
            return .yes
        } catch .refused {
            return .never
        } catch .timedOut {
            return .silence
        } catch {
            return .tooShort
        }
    }

    /// Whether three bytes that live for so many hops are acknowledged. They begin a TLS record, or
    /// a request: too little for a server to act upon.
    private static func isAcknowledged(
        _ address: SocketAddress, _ hops: Int, _ context: ProbeContext
    ) -> Answer {
        let connection = Connection(context, to: address, label: "data, \(hops) hops")
        defer {
            connection.setHops(64)
            connection.closePolitely(by: .after(seconds: 0.5))
        }
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            let roundTrip = Double(connection.tcpInfo?.roundTrip ?? 0) / 1e6
            connection.setHops(Int32(hops))
            let isHTTP = context.target.scheme == .http
            try connection.send(
                isHTTP ? Array("HEA".utf8) : [0x16, 0x03, 0x01], by: context.attempt)
            let deadline = Deadline.after(seconds: acknowledgement + 2 * roundTrip)
            while !deadline.hasPassed {
                if connection.tcpInfo?.unacknowledged == 0 { return .yes }
                try sleep(until: .after(seconds: 0.01), context.cancellation)
            }
            return .tooShort
        } catch .cancelled {
            return .never
        } catch {
            return .tooShort
        }
    }

    private static func answers(
        _ address: SocketAddress, _ hops: Int, _ context: ProbeContext
    ) -> Answer {
        guard var pinger = try? Pinger(.closedPort, to: address, context) else { return .never }
        pinger.setHops(Int32(hops))
        for _ in 0..<2 {
            switch pinger.send(size: 60, patience: patience / 2) {
            case .answered: return .yes
            case .error(let error): return error.isTimeExceeded ? .tooShort : .never
            case .failed: return .never
            case .silent: continue
            }
        }
        return .silence
    }

    func result(_ address: SocketAddress) -> ProbeReport.AddressResult {
        func text(_ hops: Int?) -> String { hops.map { "\($0) hops" } ?? "no answer" }
        return .init(
            address: address.description, isGood: syn != nil,
            summary: "SYN: \(text(syn)); data: \(text(data)); UDP: \(text(udp))")
    }

    func measures(_ address: SocketAddress) -> [ProbeReport.Measure] {
        [("syn-distance", syn), ("data-distance", data), ("udp-distance", udp)].compactMap {
            name, hops in
            hops.map {
                .init(name: name, value: Double($0), unit: "count", address: "\(address)")
            }
        }
    }
}
