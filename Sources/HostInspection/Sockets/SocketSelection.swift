/// Some sockets of a table, by their places: 8 bytes each, where a copy takes 136.
struct SocketSelection: RandomAccessCollection {
    private let sockets: [Socket]
    /// Places in the lower halves.
    private let places: ArraySlice<UInt64>

    init(_ sockets: [Socket], _ places: ArraySlice<UInt64>) {
        self.sockets = sockets
        self.places = places
    }

    var startIndex: Int { places.startIndex }
    var endIndex: Int { places.endIndex }
    subscript(index: Int) -> Socket { sockets[SocketPlace.index(places[index])] }
}

/// The place of a socket in its table, with the hash of a key before it: sorted, equal keys are
/// beside each other. A dictionary of as many keys as sockets would take ten times as much.
enum SocketPlace {
    static func index(_ place: UInt64) -> Int { Int(place & 0xFFFF_FFFF) }
    static func hash(_ place: UInt64) -> UInt64 { place >> 32 }

    static func hash(of key: some Hashable) -> UInt64 {
        UInt64(truncatingIfNeeded: key.hashValue) >> 32
    }

    /// Ascending; only of sockets that pass `filter`.
    static func sorted(
        _ sockets: [Socket], by key: (Socket) -> some Hashable, where filter: (Socket) -> Bool
    ) -> [UInt64] {
        var places: [UInt64] = []
        // Room that is not used takes no memory.
        places.reserveCapacity(sockets.count)
        for index in sockets.indices where filter(sockets[index]) {
            places.append(hash(of: key(sockets[index])) << 32 | UInt64(index))
        }
        places.sort()
        return places
    }
}

extension SocketTable {
    /// Visits the sockets that pass `filter` in groups of the same key; the groups in no order,
    /// within a group in the order of the table.
    func forEachGroup<Key: Hashable>(
        by key: (Socket) -> Key, where filter: (Socket) -> Bool,
        _ visit: (Key, SocketSelection) -> Void
    ) {
        let places = SocketPlace.sorted(sockets, by: key, where: filter)
        var start = 0
        while start < places.count {
            let hash = SocketPlace.hash(places[start])
            var end = start + 1
            while end < places.count, SocketPlace.hash(places[end]) == hash { end += 1 }
            forEachKey(places[start..<end], key, visit)
            start = end
        }
    }

    /// Places of one hash have one key, but for a chance of one in 2³² a pair.
    private func forEachKey<Key: Hashable>(
        _ places: ArraySlice<UInt64>, _ key: (Socket) -> Key,
        _ visit: (Key, SocketSelection) -> Void
    ) {
        var rest = places
        while let first = rest.first {
            let value = key(sockets[SocketPlace.index(first)])
            func isSame(_ place: UInt64) -> Bool { key(sockets[SocketPlace.index(place)]) == value }
            if rest.allSatisfy(isSame) { return visit(value, SocketSelection(sockets, rest)) }
            visit(value, SocketSelection(sockets, ArraySlice(rest.filter(isSame))))
            rest = ArraySlice(rest.filter { !isSame($0) })
        }
    }
}
