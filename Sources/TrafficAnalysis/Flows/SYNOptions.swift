internal import Dissection

/// What the options of a side's SYN or SYN-ACK said, in one byte; the MSS stands beside it.
struct SYNOptions: Equatable {
    /// Bits 0 to 3: the shift of windows; then whether there was one, SACK, timestamps, a SYN.
    private var bits: UInt8 = 0

    init() {}

    init(_ options: TCPOptions) {
        bits = 0x80 | (options.windowScale.map { $0 & 15 | 0x10 } ?? 0)
        if options.sackPermitted { bits |= 0x20 }
        if options.timestamp != nil { bits |= 0x40 }
    }

    /// A SYN of this side was seen.
    var isKnown: Bool { bits & 0x80 != 0 }
    var windowScale: UInt8? { bits & 0x10 != 0 ? bits & 15 : nil }
    var sackPermitted: Bool { bits & 0x20 != 0 }
    var hasTimestamps: Bool { bits & 0x40 != 0 }
}

extension Flow {
    /// Reads the options of a SYN; a copy of the same SYN with other options was rewritten on the
    /// way, a later repeat may have been changed by its sender.
    @inline(never)
    mutating func readOptions(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, isRepeat: Bool,
        at place: PacketPlace, tables: inout SideTables
    ) {
        let range = segment.optionsOffset..<(segment.optionsOffset + segment.optionsLength)
        guard range.upperBound <= bytes.byteCount else { return }
        let options = TCPOptions.parse(bytes.extracting(range))
        if directions[0].syn > 1 || directions[1].syn > 1 {
            noteStamps(options, segment, direction: d, tables: &tables)
        }
        let new = (options: SYNOptions(options), mss: options.mss ?? 0)
        if isRepeat, directions[d].options.isKnown {
            guard new.options != directions[d].options || new.mss != directions[d].mss else {
                return
            }
            let index = tables.rareIndex(&self, d)
            let isCopy = place.time &- directions[d].lastTime < 100_000_000
            tables.rare[index].otherOptions = OtherOptions(
                packet: place.number, options: new.options, mss: new.mss, isCopy: isCopy)
        } else if !directions[d].options.isKnown {
            directions[d].options = new.options
            directions[d].mss = new.mss
        }
    }
}

extension Flow {
    /// A SYN-ACK echoes the timestamp of the SYN that it answers (RFC 7323 §3.2).
    private mutating func noteStamps(
        _ options: TCPOptions, _ segment: TCPSegment, direction d: Int, tables: inout SideTables
    ) {
        guard let stamp = options.timestamp else { return }
        if !segment.flags.contains(.ack) {
            guard directions[d].syn == 2 else { return }
            let index = tables.rareIndex(&self, d)
            tables.rare[index].repeatedSYNStamp = stamp.value
        } else if synACKTime == 0, rare[1 - d] >= 0 {
            let index = Int(rare[1 - d])
            guard let again = tables.rare[index].repeatedSYNStamp else { return }
            tables.rare[index].firstSYNCame = Int32(bitPattern: stamp.echo &- again) < 0
        }
    }
}

extension SYNOptions {
    /// How far the side with these options shifts the windows it sends, or `nil` when that is not
    /// known: a SYN is not in the capture. Without the option on both sides nothing is shifted
    /// (RFC 7323 §2.2).
    @inline(__always)
    func windowShift(peer: SYNOptions) -> UInt8? {
        guard isKnown, peer.isKnown else { return nil }
        guard let windowScale, peer.windowScale != nil else { return 0 }
        return windowScale
    }
}

/// The options of a SYN that was sent again, where they are not the first one's.
struct OtherOptions {
    var packet: UInt32
    var options: SYNOptions
    var mss: UInt16
    /// At once, so that a box on the way changed them; else the sender may have.
    var isCopy: Bool
}
