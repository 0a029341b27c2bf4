internal import Dissection

/// What became of one side's payload on the way, as far as the capture's place can tell: lost
/// before it, lost after it, or sent again without need.
struct LossFacts {
    /// Segments that fill a gap and were sent after what opened it: the first copy was lost before
    /// it came here.
    var lostBefore: UInt32 = 0
    /// Repeats of what was seen here before.
    var repeated: UInt32 = 0
    /// Of the repeats: those that three or more duplicate ACKs came before.
    var askedFor: UInt32 = 0
    /// Of the repeats: what the receiver reports to have got twice (RFC 2883).
    var receivedTwice: UInt32 = 0
    /// The first packet counted under `lostBefore` or `repeated`.
    var firstPacket: UInt32 = 0
}

/// What tells which of two segments of one side was sent first.
struct Sending {
    /// When it came to the capture's place, in nanoseconds.
    var time: Int64
    /// The sender's clock (RFC 7323 §3).
    var timestamp: UInt32?
    var identification: UInt16

    init(_ segment: TCPSegment, _ bytes: RawSpan, at place: PacketPlace) {
        time = place.time
        timestamp = segment.timestamps(bytes)?.value
        identification = segment.identification
    }

    /// Whether this was sent after `other`, where the headers say so. Identifications of IPv4 count
    /// up in most stacks, but some draw them: only numbers that are near say something.
    func isAfter(_ other: Sending) -> Bool? {
        if let timestamp, let before = other.timestamp, timestamp != before {
            return Int32(bitPattern: timestamp &- before) > 0
        }
        if identification == 0 || other.identification == 0 { return nil }
        switch Int16(bitPattern: identification &- other.identification) {
        case 1...1024: return true
        case -64 ... -1: return false
        default: return nil
        }
    }
}

/// The last segments of one side that were sent again, by their first byte: the receiver may report
/// them, or the first copy may come after all.
struct SentAgain {
    /// Seen here before, and not reported by the receiver as come twice.
    private var repeats: [UInt32] = []
    /// Fillings of gaps that were sent after what opened the gap.
    private var fillings: [(sequence: UInt32, sending: Sending)] = []
    static let limit = 64

    var isEmpty: Bool { repeats.isEmpty && fillings.isEmpty }

    mutating func noteRepeat(_ sequence: UInt32) {
        if repeats.count == Self.limit { repeats.removeFirst() }
        repeats.append(sequence)
    }

    /// How many repeats a report is of: none where the network doubled a segment, and of several
    /// of one segment nobody knows which came.
    mutating func takeRepeats(_ reported: SACKBlock) -> UInt32 {
        let before = repeats.count
        repeats.removeAll { $0 == reported.left }
        return UInt32(before - repeats.count)
    }

    mutating func noteFilling(_ sequence: UInt32, _ sending: Sending) {
        if fillings.count == Self.limit { fillings.removeFirst() }
        fillings.append((sequence, sending))
    }

    /// Whether this is the first copy of such a filling, which was not lost but late.
    mutating func isLateFirst(_ sequence: UInt32, _ sending: Sending) -> Bool {
        let index = fillings.firstIndex {
            $0.sequence == sequence && sending.isAfter($0.sending) == false
        }
        return index.map { fillings.remove(at: $0) } != nil
    }
}

extension Flow {
    /// A timeout is at least this long in all usual stacks (Linux: `TCP_RTO_MIN`).
    static let leastTimeout: Int64 = 200_000_000
    /// What comes later than this was not merely reordered, where its sender was asked for it
    /// (Wireshark's bound).
    static let reordering: Int64 = 3_000_000

    /// The peer's duplicate ACKs ask for payload (RFC 5681 §3.2).
    func isAskedFor(direction d: Int) -> Bool { directions[1 - d].duplicateACKRun >= 3 }

    /// Whether what direction `d` sends again is due to its retransmission timer (RFC 6298 §5): it
    /// was silent, and nothing that it heard had it send again or started the timer anew. What
    /// recovers from a loss (RFC 6675) goes when an acknowledgement comes, and arrives a round trip
    /// after that had left.
    func isByTimer(direction d: Int, at place: PacketPlace) -> Bool {
        guard place.time &- directions[d].lastTime >= Self.leastTimeout else { return false }
        let peer = directions[1 - d]
        guard peer.has.contains(.acknowledgement) else { return true }
        let heard = isAskedFor(direction: d) ? peer.lastTime : peer.highestACKTime
        let isTimed = seen.isSuperset(of: [.syn, .established]) && directions[client].syn == 1
        let roundTrip = isTimed ? min(max(establishedTime &- firstTime, 0), 3_000_000_000) : 0
        return place.time &- heard >= Self.leastTimeout &+ roundTrip
    }

    /// Bytes come that a segment before had left out.
    mutating func noteFilled(
        _ segment: TCPSegment, _ sequence: UInt32, _ sending: Sending, _ opened: Sending,
        direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let wait = sending.time &- opened.time
        let isAskedFor = isAskedFor(direction: d)
        let roundTrip = handshakeTime ?? Self.reordering
        // Before a repeat can come, its sender has to hear of the gap; half, for the handshake may
        // have been slow.
        let isSentAgain =
            sending.isAfter(opened).map { $0 && wait >= roundTrip / 2 }
            ?? (wait >= Self.leastTimeout
                || isAskedFor && wait >= max(Self.reordering, roundTrip))
        guard isSentAgain else { return }
        let index = tables.rareIndex(&self, d)
        tables.rare[index].loss.lostBefore &+= 1
        tables.rare[index].loss.noteFirst(place)
        tables.repeatedPayloadSegments += wireSegments(segment, direction: d)
        tables.lists[Int(lists)].sides[d].sentAgain.noteFilling(sequence, sending)
        if isByTimer(direction: d, at: place) { tables.rare[index].noteTimeout(at: place) }
    }

    /// From the SYN to the end of the handshake: a whole round trip, wherever the capture is, or
    /// more where the SYN was sent again. `nil` where it is not known.
    private var handshakeTime: Int64? {
        guard seen.contains(.syn), seen.contains(.established) else { return nil }
        return min(establishedTime &- firstTime, Self.leastTimeout)
    }

    /// Bytes come that were here before.
    mutating func noteRepeat(
        _ segment: TCPSegment, _ sequence: UInt32, _ sending: Sending, direction d: Int,
        at place: PacketPlace, tables: inout SideTables
    ) {
        let index = tables.rareIndex(&self, d)
        if tables.lists[Int(lists)].sides[d].sentAgain.isLateFirst(sequence, sending) {
            tables.rare[index].loss.lostBefore &-= 1
            // It was sent again once, and counts as a repeat now.
            tables.repeatedPayloadSegments -= wireSegments(segment, direction: d)
        }
        tables.rare[index].loss.repeated &+= 1
        if isAskedFor(direction: d) { tables.rare[index].loss.askedFor &+= 1 }
        tables.rare[index].loss.noteFirst(place)
        tables.lists[Int(lists)].sides[d].sentAgain.noteRepeat(sequence)
        directions[d].has.insert(.sentAgain)
    }

    /// The peer of a side that sent payload again may report that both copies came.
    mutating func noteReceivedTwice(
        of d: Int, _ segment: TCPSegment, _ bytes: RawSpan, tables: inout SideTables
    ) {
        let end = segment.optionsOffset + segment.optionsLength
        // A SACK option of one block takes ten bytes.
        guard lists >= 0, segment.optionsLength >= 10, segment.flags.contains(.ack),
            end <= bytes.byteCount
        else { return }
        let options = TCPOptions.parse(bytes.extracting(segment.optionsOffset..<end))
        guard let block = options.receivedTwice(acknowledgement: segment.acknowledgement) else {
            return
        }
        tables.rare[Int(rare[d])].loss.receivedTwice &+=
            tables.lists[Int(lists)].sides[d].sentAgain.takeRepeats(block)
    }
}

extension LossFacts {
    fileprivate mutating func noteFirst(_ place: PacketPlace) {
        if firstPacket == 0 { firstPacket = place.number }
    }
}
