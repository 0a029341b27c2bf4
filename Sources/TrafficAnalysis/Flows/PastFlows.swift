internal import CPrefetch
internal import Dissection

/// The keys of flows that were given back, so that a late packet of one opens no new flow.
///
/// A key is known by its 64-bit hash alone, which is seeded: of 10 million flows two agree by
/// chance once in 370,000 captures, and then a packet is counted as late.
struct PastFlows {
    private struct Entry {
        var hash: UInt64 = 0
        /// Sequence numbers of the first payload bytes, by direction, and which were seen.
        var bases: (UInt32, UInt32) = (0, 0)
        /// Of the last packet, in nanoseconds since 1970.
        var last: Int64 = 0
    }

    private var entries: [Entry] = []
    /// A bit of each entry's hash, sixteen times as many as there is room for: of most new flows it is
    /// not set, and these words stay in the processor's caches.
    private var marks: [UInt64] = []
    private(set) var count = 0

    /// Whether a segment belongs to the key's past flow. A SYN with another initial sequence number
    /// does not: it opens a new one.
    func holds(_ hash: UInt64, _ segment: TCPSegment, fromUpper: Bool) -> Bool {
        guard let slot = find(max(hash, 1)) else { return false }
        guard segment.flags.contains(.syn), !segment.flags.contains(.ack) else { return true }
        let bases = entries[slot].bases
        return (fromUpper ? bases.1 : bases.0) == segment.sequence &+ 1
    }

    /// When the key's past flow had its last packet, in nanoseconds since 1970.
    func lastTime(_ hash: UInt64) -> Int64? {
        guard let slot = find(max(hash, 1)) else { return nil }
        return entries[slot].last
    }

    /// Remembers the newest past flow of a key.
    ///
    /// - Parameters:
    ///   - bases: sequence numbers of the first payload bytes, by direction.
    ///   - last: when it had its last packet, in nanoseconds since 1970.
    mutating func add(_ hash: UInt64, bases: (UInt32, UInt32), last: Int64) {
        if count * 4 >= entries.count * 3 { grow() }
        let entry = Entry(hash: max(hash, 1), bases: bases, last: last)
        let slot = slot(of: entry.hash)
        if entries[slot].hash == 0 { count += 1 }
        entries[slot] = entry
        mark(entry.hash)
    }

    /// Asks for the line of the cache where `add` is going to write.
    func prefetch(_ hash: UInt64) {
        if entries.isEmpty { return }
        let slot = Int(truncatingIfNeeded: hash) & (entries.count - 1)
        entries.withUnsafeBufferPointer { cprefetch($0.baseAddress! + slot) }
    }

    private func find(_ hash: UInt64) -> Int? {
        guard isMarked(hash) else { return nil }
        let slot = slot(of: hash)
        return entries[slot].hash == 0 ? nil : slot
    }

    private func isMarked(_ hash: UInt64) -> Bool {
        if marks.isEmpty { return false }
        let (word, bit) = place(ofMark: hash)
        return marks[word] & bit != 0
    }

    private mutating func mark(_ hash: UInt64) {
        let (word, bit) = place(ofMark: hash)
        marks[word] |= bit
    }

    /// By other bits of the hash than its slot.
    private func place(ofMark hash: UInt64) -> (word: Int, bit: UInt64) {
        (Int(truncatingIfNeeded: hash >> 38) & (marks.count - 1), 1 << (hash >> 32 & 63))
    }

    /// Where the hash is, or the empty slot where it belongs.
    private func slot(of hash: UInt64) -> Int {
        let mask = entries.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while entries[slot].hash != 0, entries[slot].hash != hash { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: max(1024, old.count * 2))
        marks = [UInt64](repeating: 0, count: entries.count / 4)
        for entry in old where entry.hash != 0 {
            entries[slot(of: entry.hash)] = entry
            mark(entry.hash)
        }
    }
}
