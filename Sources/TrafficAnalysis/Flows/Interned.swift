internal import CPrefetch

/// A value that `Interned` numbers.
protocol Internable: Hashable {
    /// Differs between runs, so that nobody can choose values that collide.
    var seededHash: UInt64 { get }
}

extension Internable {
    func hash(into hasher: inout Hasher) { hasher.combine(seededHash) }
}

/// Values that many flows share, each kept once and known by its number.
///
/// Open addressing, as in `FlowTable`: with a dictionary this was a tenth of the time that the
/// analyzers take (measured, 29,000 flows).
struct Interned<Value: Internable> {
    private(set) var values: [Value] = []
    /// High half of the hash and the value's number plus one; at most half full.
    private var slots = [UInt64](repeating: 0, count: 64)

    mutating func number(of value: Value) -> UInt32 {
        number(of: value, limit: .max) ?? 0
    }

    /// - Returns: `nil` for a value that is not known yet when there are `limit` already.
    mutating func number(of value: Value, limit: Int) -> UInt32? {
        let hash = value.seededHash
        let slot = slot(of: value, hash)
        if slots[slot] != 0 { return number(in: slot) }
        if values.count >= limit { return nil }
        values.append(value)
        slots[slot] = (hash >> 32) << 32 | UInt64(values.count)
        if values.count * 2 > slots.count { grow() }
        return UInt32(values.count - 1)
    }

    /// The number of a value that has one.
    func find(_ value: Value) -> UInt32? {
        let slot = slot(of: value, value.seededHash)
        return slots[slot] == 0 ? nil : number(in: slot)
    }

    /// Asks for the line of the cache where `number` is going to look first.
    func prefetchSlot(_ value: Value) {
        let slot = Int(truncatingIfNeeded: value.seededHash) & (slots.count - 1)
        slots.withUnsafeBufferPointer { cprefetch($0.baseAddress! + slot) }
    }

    /// And then for the value that is there.
    func prefetchValue(_ value: Value) {
        let slot = Int(truncatingIfNeeded: value.seededHash) & (slots.count - 1)
        if slots[slot] == 0 { return }
        values.withUnsafeBufferPointer { cprefetch($0.baseAddress! + Int(number(in: slot))) }
    }

    @inline(__always)
    private func number(in slot: Int) -> UInt32 { UInt32(truncatingIfNeeded: slots[slot]) - 1 }

    /// Where the value is, or the empty slot where it belongs.
    @inline(__always)
    private func slot(of value: Value, _ hash: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32, values[Int(number(in: slot))] == value { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        slots = [UInt64](repeating: 0, count: slots.count * 2)
        for (number, value) in values.enumerated() {
            let hash = value.seededHash
            slots[slot(of: value, hash)] = (hash >> 32) << 32 | UInt64(number + 1)
        }
    }

    subscript(number: UInt32) -> Value { values[Int(number)] }
}

extension Interned: Sendable where Value: Sendable {}

/// What is known of each of many numbered things, all of which have the same to begin with.
struct ByNumber<Value> {
    private var values: [Value] = []
    private let initial: Value

    init(initially initial: Value) { self.initial = initial }

    /// By number; what was never written is as in the beginning, and may be missing.
    var all: [Value] { values }

    subscript(number: UInt32) -> Value {
        get { values.indices.contains(Int(number)) ? values[Int(number)] : initial }
        _modify {
            while values.count <= Int(number) { values.append(initial) }
            yield &values[Int(number)]
        }
    }
}

/// Puts the notes of one pair of hosts, or of one server, next to each other, in the order of their
/// flows' first packets; the groups come in the order of their first notes.
///
/// - Parameters:
///   - key: a number of few, as `Interned` gives them: there is a count for each.
///   - flow: the number of the note's flow; two of one flow keep their order.
func grouped<Note>(
    _ notes: Chunked<Note>, by key: (Note) -> UInt32, flow: (Note) -> UInt32
) -> [ArraySlice<Note>] {
    var order = (0..<notes.count).map { UInt64(flow(notes[$0])) << 32 | UInt64($0) }
    sortByFlow(&order)
    // Then counted, not sorted: a sort moved every note a dozen times, a quarter of the analyzers'
    // time.
    var groups = ByNumber(initially: Int32(-1))
    var counts: [Int] = []
    for item in order {
        let number = key(notes[Int(item & 0xFFFF_FFFF)])
        if groups[number] < 0 {
            groups[number] = Int32(counts.count)
            counts.append(0)
        }
        counts[Int(groups[number])] += 1
    }
    var ends: [Int] = []
    var total = 0
    for count in counts {
        ends.append(total)
        total += count
    }
    var places = [UInt32](repeating: 0, count: order.count)
    for item in order {
        let index = UInt32(truncatingIfNeeded: item)
        let group = Int(groups[key(notes[Int(index)])])
        places[ends[group]] = index
        ends[group] += 1
    }
    let together = places.map { notes[Int($0)] }
    return zip(counts, ends).map { together[$1 - $0..<$1] }
}

/// Sorts by the high words, by digits of 11 bits from the lowest on, each time keeping the order of
/// equals: two fifths of the instructions of `sort()` (400,000 packets).
private func sortByFlow(_ items: inout [UInt64]) {
    let digit: UInt64 = (1 << 11) - 1
    if items.count <= digit { return items.sort() }
    let highest = items.reduce(0) { $0 | $1 }
    var sorted = items
    var shift: UInt64 = 32
    while shift < 64, highest >> shift > 0 {
        var places = [Int](repeating: 0, count: Int(digit) + 1)
        for item in items { places[Int(item >> shift & digit)] += 1 }
        var total = 0
        for index in places.indices { (places[index], total) = (total, total + places[index]) }
        for item in items {
            let index = Int(item >> shift & digit)
            sorted[places[index]] = item
            places[index] += 1
        }
        swap(&items, &sorted)
        shift += 11
    }
}
