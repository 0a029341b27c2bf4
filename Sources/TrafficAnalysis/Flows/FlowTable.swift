internal import CPrefetch
internal import Dissection

/// Finds the flow of a segment: open addressing with linear probing.
///
/// A slot is four bytes, so that those of 100,000 flows stay in the processor's second cache: the
/// place of the flow's record plus one, and eight bits of the hash, that another flow's record is
/// seldom looked at.
/// Against `Dictionary` this saves a quarter of the CPU time of the whole analysis
/// (measured with the prototype, 1 M packets). Where a flow is given back, the last one moves, so
/// memory follows the flows that are open.
struct FlowTable {
    private var flows = Chunked<Flow>()
    private var slots = [UInt32](repeating: 0, count: 4096)
    private var used = 0
    /// The most flows there were at one time.
    private(set) var most = 0
    /// Of IPv6.
    private var addresses = Slots(Addresses())
    private let seed = UInt64.random(in: .min ... .max)

    private struct Addresses: Equatable {
        var lower = IPAddress()
        var upper = IPAddress()
    }

    /// How many flows a slot can tell apart.
    static let limit = Int(placeBits)
    private static let placeBits: UInt32 = 0xFF_FFFF

    /// How many flows there were, those given back included.
    private(set) var count = 0

    /// How many flows there are now: they are at the places below, in order of their first packets
    /// when none was given back.
    var open: Int { flows.count }

    subscript(place: Int) -> Flow {
        @inline(__always) _read { yield flows[place] }
        @inline(__always) _modify { yield &flows[place] }
    }

    @inline(__always)
    func hash(_ key: FlowKey) -> UInt64 { key.hash(seed: seed) }

    func find(_ key: FlowKey) -> Int? {
        var table = self
        return table.find(key, hash: hash(key))
    }

    /// The place of the key's newest flow, or `nil`.
    ///
    /// Changes nothing. Mutating, for else the compiler copies the table first; not in line, for
    /// else it does not take `Flow.observe` in line behind it.
    @inline(never)
    mutating func find(_ key: FlowKey, hash: UInt64) -> Int? {
        if let stored = StoredKey(key) { return probe(hash) { has($0, stored) } }
        return probe(hash) { hasLong($0, key) }
    }

    /// The same for IPv6.
    @inline(__always)
    mutating func find(ofIPv6 key: FlowKey) -> Int? {
        probe(key.longHash(seed: seed)) { hasLong($0, key) }
    }

    /// The same for IPv4.
    @inline(never)
    mutating func find(_ key: StoredKey) -> Int? {
        probe(key.hash(seed: seed)) { has($0, key) }
    }

    /// Adds a flow and makes it the newest of its key.
    ///
    /// - Parameter hash: of the flow's key; so below.
    mutating func add(_ flow: Flow, of key: FlowKey, hash: UInt64) -> Int {
        count += 1
        let place = flows.count
        flows.append(flow)
        most = max(most, flows.count)
        store(key, place)
        if let former = find(key, hash: hash) {
            self[former].seen.remove(.isNewest)
            slots[slot(of: former, hash)] = Self.entry(hash, place)
        } else {
            if isFull { grow() }
            insert(hash, place)
            used += 1
        }
        self[place].seen.insert(.isNewest)
        return place
    }

    /// What of a key does not fit into the record.
    private mutating func store(_ key: FlowKey, _ place: Int) {
        if StoredKey(key) != nil { return }
        var index: Int32 = -1
        addresses[addresses.place(&index)] = Addresses(lower: key.lower, upper: key.upper)
        self[place].key = StoredKey(place: index, ports: key.ports)
        self[place].seen.insert(.isIPv6)
    }

    /// The key of the flow at `place`.
    func key(_ place: Int) -> FlowKey {
        let stored = self[place].key
        if self[place].seen.contains(.isIPv6) {
            let long = addresses[Int(stored.place)]
            return FlowKey(lower: long.lower, upper: long.upper, ports: stored.ports)
        }
        return FlowKey(
            lower: IPAddress(ipv4: stored.lower), upper: IPAddress(ipv4: stored.upper),
            ports: stored.ports)
    }

    /// Whether that is the key of the flow at `place`.
    @inline(__always)
    private func has(_ place: Int, _ key: StoredKey) -> Bool {
        let (found, seen) = (self[place].key, self[place].seen)
        return found == key && !seen.contains(.isIPv6)
    }

    @inline(__always)
    private func hasLong(_ place: Int, _ key: FlowKey) -> Bool {
        let (found, seen) = (self[place].key, self[place].seen)
        return found.ports == key.ports && seen.contains(.isIPv6)
            && addresses[Int(found.place)] == Addresses(lower: key.lower, upper: key.upper)
    }

    /// Looks where flows of this hash are, until `isIt` says yes to a place.
    @inline(__always)
    private func probe(_ hash: UInt64, _ isIt: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        let tag = Self.tag(hash)
        var slot = Int(Self.home(hash)) & mask
        while true {
            let entry = slots[slot]
            if entry == 0 { return nil }
            if entry & ~Self.placeBits == tag {
                let place = Int(entry & Self.placeBits) &- 1
                if isIt(place) { return place }
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// Forgets the flow at `place`; the key finds nothing then, unless it has a newer flow. The last
    /// flow moves to its place, if it is not the last itself.
    mutating func giveBack(_ place: Int, hash: UInt64) {
        if self[place].seen.contains(.isNewest) { remove(hash, place) }
        if self[place].seen.contains(.isIPv6) {
            var index = self[place].key.place
            addresses.giveBack(&index)
        }
        let last = flows.count - 1
        if place < last {
            if self[last].seen.contains(.isNewest) {
                let hash = self.hash(last)
                slots[slot(of: last, hash)] = Self.entry(hash, place)
            }
            self[place] = self[last]
        }
        flows.removeLast()
    }

    /// Asks for what `giveBack` is going to need of the flow at `place`.
    func prefetch(_ place: Int) { flows.prefetch(place) }

    /// The same of the slot of a flow of this hash.
    func prefetch(hash: UInt64) {
        let slot = Int(Self.home(hash)) & (slots.count - 1)
        slots.withUnsafeBufferPointer { cprefetch($0.baseAddress! + slot) }
    }

    /// The same of the newest flow of this hash.
    ///
    /// - Returns: its place, if it is another's only by chance; `nil` when there is none.
    mutating func prefetchFlow(hash: UInt64) -> Int? {
        let place = probe(hash) { _ in true }
        if let place { flows.prefetch(place) }
        return place
    }

    /// The same of the other flows in the slots behind: of those `remove` asks where they belong.
    mutating func prefetchFlows(hash: UInt64) {
        let mask = slots.count - 1
        var slot = Int(Self.home(hash)) & mask
        for _ in 0..<4 {
            if slots[slot] == 0 { return }
            flows.prefetchFirstLine(Int(slots[slot] & Self.placeBits) - 1)
            slot = (slot + 1) & mask
        }
    }

    /// Gives back the memory of the records below `place`, at the end.
    mutating func forget(before place: Int) {
        slots = []
        flows.forget(before: place)
    }

    /// Where a flow of this hash belongs, before the number of slots is taken into account.
    @inline(__always)
    private static func home(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash) & ~placeBits
    }

    @inline(__always)
    private static func entry(_ hash: UInt64, _ place: Int) -> UInt32 {
        tag(hash) | UInt32(truncatingIfNeeded: place + 1)
    }

    /// Of the key of the flow at `place`: not kept, as growing and removing alone ask for it.
    private func hash(_ place: Int) -> UInt64 { hash(key(place)) }

    /// The slot of the newest flow of a key.
    private func slot(of place: Int, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(Self.home(hash)) & mask
        while slots[slot] & Self.placeBits != UInt32(place + 1) { slot = (slot + 1) & mask }
        return slot
    }

    /// At most half: fuller costs 3 % in a calm capture. A table that the processor's caches do not
    /// hold gains as much by being dense.
    private var isFull: Bool {
        used >= (slots.count < 1 << 17 ? slots.count / 2 : slots.count / 4 * 3)
    }

    private mutating func insert(_ hash: UInt64, _ place: Int) {
        let mask = slots.count - 1
        var slot = Int(Self.home(hash)) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Self.entry(hash, place)
    }

    /// Goes through the flows in their order: by the slots each would be a miss of the cache.
    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for place in 0..<flows.count where self[place].seen.contains(.isNewest) {
            insert(hash(place), place)
        }
    }

    /// Linear probing without tombstones: entries behind the gap move up to it when they may.
    private mutating func remove(_ hash: UInt64, _ place: Int) {
        let mask = slots.count - 1
        var gap = slot(of: place, hash)
        used -= 1
        var slot = gap
        while true {
            slot = (slot + 1) & mask
            if slots[slot] == 0 { break }
            let home = Int(Self.home(self.hash(Int(slots[slot] & Self.placeBits) - 1)))
            if (slot - home) & mask >= (slot - gap) & mask {
                slots[gap] = slots[slot]
                gap = slot
            }
        }
        slots[gap] = 0
    }
}
