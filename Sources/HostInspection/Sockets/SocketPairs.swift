/// A socket of the second look, and what it was in the first.
struct SocketPair {
    var before: Socket
    var now: Socket
}

extension Socket {
    /// What stays the same while the socket lives.
    struct Identity: Hashable {
        var number: UInt64
        var local: SocketAddress
        var remote: SocketAddress
    }

    /// The kernel's cookie; without netlink the inode, or nothing but the addresses.
    var identity: Identity {
        Identity(
            number: cookie != 0 ? cookie : UInt64(inode) << 32, local: local, remote: remote)
    }

    /// Established, or ended by the peer: data may be read.
    var isOpen: Bool { state == .established || state == .closeWait }

    /// Complete, and no process has accepted it yet.
    var isUnaccepted: Bool { isOpen && inode == 0 }
}

extension HostContext {
    /// Sockets of both looks that pass `filter` in both; unknown without a second look.
    func pairs(_ subject: String, _ filter: (Socket) -> Bool) -> Observed<[SocketPair]> {
        guard let second else { return .unknown(Obstacle(.needsSecondLook, subject)) }
        return first.sockets.flatMap { earlier in
            second.sockets.map { later in
                let known = Dictionary(
                    earlier.sockets.lazy.filter(filter).map { ($0.identity, $0) },
                    uniquingKeysWith: { first, _ in first })
                return later.sockets.lazy.filter(filter).compactMap { now in
                    known[now.identity].map { SocketPair(before: $0, now: now) }
                }
            }
        }
    }

    /// Whether the looks are so far apart, or why that is not so.
    func needs(seconds: Double, for subject: String) -> Obstacle? {
        guard second != nil else { return Obstacle(.needsSecondLook, subject) }
        guard interval < seconds - 0.05 else { return nil }
        return Obstacle(
            .needsSecondLook, subject,
            "the looks are \(decimal(interval)) s apart, \(decimal(seconds)) s are needed")
    }

    /// LISTEN sockets of the newest look; those of the service's port when one is in scope.
    func listeners(_ table: SocketTable) -> [Socket] {
        table.sockets.filter { socket in
            socket.state == .listen
                && scope.servicePort.map { $0 == socket.local.port } ?? true
        }
    }
}

/// `12.3`, without a point when whole.
func decimal(_ value: Double) -> String {
    let tenths = Int64((min(max(value, -1e15), 1e15) * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
}

/// `1 socket`, `3 sockets`.
func counted(_ count: Int, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}

/// `38 min to 40 min`, or one figure where both are the same to a person.
func durations(_ least: UInt32, _ most: UInt32) -> String {
    let (least, most) = (duration(least), duration(most))
    return least == most ? most : "\(least) to \(most)"
}

/// Milliseconds for a person: `40 s`, `12 min`, `3 h`, `8 d`.
func duration(_ milliseconds: UInt32) -> String {
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) d"
    }
}
