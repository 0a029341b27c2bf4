/// A socket of the second look, and what it was in the first.
struct SocketPair {
    var before: Socket
    var now: Socket
}

/// Sockets that are in both looks; 8 bytes each beyond the tables.
struct SocketPairs: RandomAccessCollection {
    private struct Places {
        var before: UInt32
        var now: UInt32
    }

    private let before: [Socket]
    private let now: [Socket]
    /// Of the first look, by identity.
    private let known: [UInt64]
    private var places: [Places] = []

    /// Those that pass `filter` in both looks.
    init(_ before: [Socket], _ now: [Socket], where filter: (Socket) -> Bool) {
        self.before = before
        self.now = now
        known = SocketPlace.sorted(before, by: \.identity, where: filter)
        if known.isEmpty { return }
        for index in now.indices where filter(now[index]) {
            guard let place = find(now[index].identity) else { continue }
            places.append(Places(before: UInt32(place), now: UInt32(index)))
        }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { places.count }
    subscript(index: Int) -> SocketPair {
        SocketPair(before: before[Int(places[index].before)], now: now[Int(places[index].now)])
    }

    /// What a socket of the second look was in the first.
    func before(_ socket: Socket) -> Socket? { find(socket.identity).map { before[$0] } }

    private func find(_ identity: Socket.Identity) -> Int? {
        let hash = SocketPlace.hash(of: identity)
        var low = 0
        var high = known.count
        while low < high {
            let middle = (low + high) / 2
            if SocketPlace.hash(known[middle]) < hash { low = middle + 1 } else { high = middle }
        }
        while low < known.count, SocketPlace.hash(known[low]) == hash {
            let place = SocketPlace.index(known[low])
            if before[place].identity == identity { return place }
            low += 1
        }
        return nil
    }
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
    func pairs(_ subject: String, _ filter: (Socket) -> Bool) -> Observed<SocketPairs> {
        guard let second else { return .unknown(Obstacle(.needsSecondLook, subject)) }
        return first.sockets.flatMap { earlier in
            second.sockets.map { later in
                SocketPairs(earlier.sockets, later.sockets, where: filter)
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
