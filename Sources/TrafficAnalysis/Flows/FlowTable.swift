internal import Dissection

/// Finds the flow of a segment: open addressing with linear probing, at most half full.
///
/// A slot is four bytes, so that those of 100,000 flows stay in the processor's second cache: the
/// place of the flow's record plus one, and eight bits of the hash, that another flow's record is
/// seldom looked at. Where each is at home stands beside it, read to grow and to close a gap: that
/// touches no record.
/// Against `Dictionary` this saves a quarter of the CPU time of the whole analysis
/// (measured with the prototype, 1 M packets). Records of flows that are over can be given back
/// and are used again, so memory follows the flows that are open at one time.
struct FlowTable {
    private(set) var flows = Chunked<Flow>()
    private var slots = [UInt32](repeating: 0, count: 4096)
    private var homes = [UInt32](repeating: 0, count: 4096)
    private var used = 0
    private var free: [UInt32] = []
    /// Of IPv6.
    private var longKeys = Slots(FlowKey(lower: IPAddress(), upper: IPAddress(), ports: 0))
    private let seed = UInt64.random(in: .min ... .max)

    /// How many flows a slot can tell apart.
    static let limit = Int(placeBits)
    private static let placeBits: UInt32 = 0xFF_FFFF

    /// How many flows there were, those given back included.
    private(set) var count = 0

    /// How many flows there are now.
    var open: Int { flows.count - free.count }

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
        let place: Int
        if let given = free.popLast() {
            place = Int(given)
            self[place] = flow
        } else {
            place = flows.count
            flows.append(flow)
        }
        let former = find(key, hash: hash)
        store(key, place)
        if used * 2 + 2 > slots.count { grow() }
        insert(hash: hash, place: place, former: former)
        return place
    }

    /// What of a key does not fit into the record.
    private mutating func store(_ key: FlowKey, _ place: Int) {
        if StoredKey(key) != nil { return }
        var index: Int32 = -1
        longKeys[longKeys.place(&index)] = key
        self[place].key = StoredKey(place: index, ports: key.ports)
        self[place].seen.insert(.isIPv6)
    }

    /// The key of the flow at `place`.
    func key(_ place: Int) -> FlowKey {
        let stored = self[place].key
        if self[place].seen.contains(.isIPv6) { return longKeys[Int(stored.place)] }
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
            && longKeys[Int(found.place)] == key
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

    /// Forgets the flow at `place`; the key finds nothing then, unless it has a newer flow.
    mutating func giveBack(_ place: Int, hash: UInt64) {
        remove(hash: hash, place: place)
        if self[place].seen.contains(.isIPv6) {
            var index = self[place].key.place
            longKeys.giveBack(&index)
        }
        free.append(UInt32(truncatingIfNeeded: place))
    }

    /// The places of the flows that were not given back; in order of their first packets when none
    /// was.
    func places() -> [UInt32] {
        let unused = Set(free)
        return (0..<UInt32(flows.count)).filter { !unused.contains($0) }
    }

    /// Gives back the memory of the records below `place`, at the end.
    mutating func forget(before place: Int) {
        slots = []
        homes = []
        flows.forget(before: place)
    }

    /// Where a flow of this hash belongs, before the number of slots is taken into account.
    @inline(__always)
    private static func home(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash) & ~placeBits
    }

    /// - Parameter former: the place of the key's newest flow so far, which is found no more.
    private mutating func insert(hash: UInt64, place: Int, former: Int?) {
        let mask = slots.count - 1
        // Zero: the first slot that is empty.
        let sought = former.map { UInt32($0 + 1) } ?? 0
        var slot = Int(Self.home(hash)) & mask
        while slots[slot] & Self.placeBits != sought { slot = (slot + 1) & mask }
        if sought == 0 { used += 1 }
        slots[slot] = Self.tag(hash) | UInt32(place + 1)
        homes[slot] = Self.home(hash)
    }

    private mutating func grow() {
        let old = (slots: slots, homes: homes)
        slots = [UInt32](repeating: 0, count: old.slots.count * 2)
        homes = slots
        let mask = slots.count - 1
        for (entry, home) in zip(old.slots, old.homes) where entry != 0 {
            var slot = Int(home) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = entry
            homes[slot] = home
        }
    }

    /// Linear probing without tombstones: entries behind the gap move up to it when they may.
    private mutating func remove(hash: UInt64, place: Int) {
        let mask = slots.count - 1
        var gap = Int(Self.home(hash)) & mask
        while slots[gap] & Self.placeBits != UInt32(place + 1) {
            if slots[gap] == 0 { return }
            gap = (gap + 1) & mask
        }
        used -= 1
        var slot = gap
        while true {
            slot = (slot + 1) & mask
            if slots[slot] == 0 { break }
            if (slot - Int(homes[slot])) & mask >= (slot - gap) & mask {
                slots[gap] = slots[slot]
                homes[gap] = homes[slot]
                gap = slot
            }
        }
        slots[gap] = 0
    }
}
