internal import Dissection

/// The slow paths: what a healthy packet in sequence never runs.
extension Flow {
    @inline(never)
    mutating func takeOutOfSequence(
        _ segment: TCPSegment, _ bytes: RawSpan, sequence: UInt32, direction d: Int,
        at place: PacketPlace,
        tables: inout SideTables
    ) -> Direction.Novelty {
        let rare = tables.rareIndex(&self, d)
        let lists = tables.listsIndex(&self)
        let sending = Sending(segment, bytes, at: place)
        let (novelty, opened) = directions[d].takeOutOfSequence(
            sequence: sequence, length: segment.payloadLength, sending,
            holes: &tables.lists[lists].sides[d].holes)
        switch novelty {
        case .new:
            tables.rare[rare].gaps &+= 1
            notePaceBroken(direction: d, sequence: sequence, tables: &tables)
        case .probe: tables.rare[rare].keepAlives &+= 1
        // A segment that begins below the highest byte and ends above it is late, too.
        case .late, .partlyNew:
            tables.rare[rare].outOfOrder &+= 1
            notePaceBroken(direction: d, sequence: sequence, tables: &tables)
            if let opened {
                noteFilled(
                    segment, sequence, sending, opened, direction: d, at: place, tables: &tables)
            }
        case .repeated:
            noteRepeat(segment, sequence, sending, direction: d, at: place, tables: &tables)
            noteRetransmission(
                segment, sequence: sequence, direction: d, at: place, tables: &tables)
        }
        return novelty
    }

    private mutating func noteRetransmission(
        _ segment: TCPSegment, sequence: UInt32, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        countRetransmission(direction: d, segment, at: place, tables: &tables)
        let segments = wireSegments(segment, direction: d)
        tables.repeatedPayloadSegments += segments
        tables.payloadSegments += segments - 1
        let rare = tables.rareIndex(&self, d)
        notePaceBroken(direction: d, sequence: sequence, tables: &tables)
        noteKind(segment, sequence: sequence, direction: d, at: place, tables: &tables)
        checksLeft = ChecksumTally.afterRepeat
        if isByTimer(direction: d, at: place) { tables.rare[rare].noteTimeout(at: place) }
        tables.rare[rare].extendRun(
            sequence: sequence, length: segment.payloadLength, at: place,
            firstSent: directions[d].lastTime)
        directions[d].has.insert(.repeatedRun)
    }

    /// Wireshark's two kinds: spurious when its end was acknowledged before; fast when the peer's
    /// ACK was the third of one number or a later one, not 20 ms ago, and asks for it
    /// (epan/dissectors/packet-tcp.c, `tcp_analyze_sequence_number`).
    private mutating func noteKind(
        _ segment: TCPSegment, sequence: UInt32, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let (peer, rare) = (directions[1 - d], tables.rareIndex(&self, d))
        let end = sequence &+ UInt32(truncatingIfNeeded: segment.payloadLength)
        if peer.has.contains(.acknowledgement), Int32(bitPattern: peer.highestACK &- end) >= 0 {
            tables.rare[rare].spurious &+= 1
        } else if peer.duplicateACKRun >= 2, peer.highestACK == sequence,
            place.time &- peer.lastTime < 20_000_000
        {
            tables.rare[rare].fast &+= 1
        }
    }

    /// An ACK without payload, and not with the next number.
    @inline(never)
    mutating func noteOtherSequence(
        _ segment: TCPSegment, direction d: Int, tables: inout SideTables
    ) {
        noteBeyond(segment, direction: d, tables: &tables)
        // Nothing, in the place of the last byte sent: asks whether the peer is still there (RFC
        // 1122 §4.2.3.6).
        guard segment.sequence == directions[d].next &- 1, directions[d].has.contains(.started),
            directions[d].packets > 1
        else { return }
        let index = tables.rareIndex(&self, d)
        tables.rare[index].keepAlives &+= 1
    }

    /// A number beyond the payload that was seen says that there is more.
    mutating func noteBeyond(
        _ segment: TCPSegment, direction d: Int, tables: inout SideTables
    ) {
        let ahead = Int32(bitPattern: segment.sequence &- directions[d].next)
        // The FIN takes a number. What is too far ahead belongs to another connection.
        guard directions[d].has.contains(.started), ahead > (directions[d].fin > 0 ? 1 : 0),
            ahead < 1 << 24
        else { return }
        let index = tables.rareIndex(&self, d)
        let isFirst = directions[d].has.insert(.overtaken).inserted
        let isHigher = Int32(bitPattern: segment.sequence &- tables.rare[index].number) > 0
        if isFirst || isHigher { tables.rare[index].number = segment.sequence }
    }

    /// What an Ethernet frame of 1500 bytes holds beside two headers of 20 bytes.
    static let usualSegment = 1460

    /// More payload than the receiver said it takes (RFC 9293 §3.7.1): several segments in one.
    @inline(never)
    mutating func noteOversized(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let segments = wireSegments(segment, direction: d)
        guard segments > 1 else { return }
        tables.payloadSegments += segments - 1
        tables.oversized.add(
            Place(flow: number, packet: place.number, time: place.time),
            value: Int64(segment.payloadLength))
    }

    /// How many segments there are on the wire for one in the capture. Without the receiver's SYN
    /// only what no jumbo frame holds is known to be several.
    func wireSegments(_ segment: TCPSegment, direction d: Int) -> Int {
        let peer = directions[1 - d]
        let known = peer.options.isKnown && peer.mss > 0 ? Int(peer.mss) : nil
        guard segment.payloadLength > known ?? 9174 else { return 1 }
        let most = known ?? Self.usualSegment
        return (segment.payloadLength + most - 1) / most
    }

    @inline(never)
    mutating func checkSum(
        _ segment: TCPSegment, _ bytes: RawSpan, at place: PacketPlace, tables: inout SideTables
    ) {
        if checksLeft > 0 { checksLeft -= 1 }
        // Those of SYNs were looked at already.
        if segment.flags.contains(.syn) { return }
        tables.checksums.check(segment, bytes, flow: number, at: place)
    }

    private mutating func countRetransmission(
        direction d: Int, _ segment: TCPSegment, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let rare = tables.rareIndex(&self, d)
        // With TCP Fast Open (RFC 7413) a SYN has payload; as a SYN it was counted.
        if !isRepeatedSYN(segment, direction: d) {
            history.note(.retransmitted, direction: d)
            tables.timeline.noteSentAgain(place.time)
            tables.rare[rare].retransmitted &+= 1
        }
        tables.rare[rare].noteRepeat(at: place)
        guard lists >= 0 else { return }
        tables.lists[Int(lists)].sides[d].noteRepeat(MACPair(segment))
    }

    /// The peer of a side that repeated itself has sent something.
    @inline(never)
    mutating func answerRepeats(
        of d: Int, _ segment: TCPSegment, _ bytes: RawSpan, tables: inout SideTables
    ) {
        guard rare[d] >= 0 else { return }
        if directions[d].has.contains(.sentAgain) {
            noteReceivedTwice(of: d, segment, bytes, tables: &tables)
        }
        if directions[d].has.contains(.repeatedRun) { answerRun(of: d, segment, &tables) }
    }

    private mutating func answerRun(
        of d: Int, _ segment: TCPSegment, _ tables: inout SideTables
    ) {
        let index = Int(rare[d])
        let run = tables.rare[index].run
        guard segment.flags.contains(.ack),
            Int32(bitPattern: segment.acknowledgement &- run.sequence) > 0
        else {
            tables.rare[index].run.answers &+= 1
            return
        }
        tables.rare[index].endRun()
        directions[d].has.remove(.repeatedRun)
    }

    /// A TTL or a pair of MAC addresses other than this side's first.
    @inline(never)
    mutating func noteLink(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        if directions[d].packets == 1 {
            directions[d].macs =
                tables.macs.number(of: MACPair(segment), limit: MACPair.limit) ?? MACPair.unknown
            directions[d].timeToLive = segment.timeToLive
            return
        }
        let isOtherLink =
            directions[d].macs != MACPair.unknown
            && !tables.isSame(MACPair(segment), directions[d].macs)
        guard isOtherLink || segment.timeToLive != directions[d].timeToLive else { return }
        let index = tables.rareIndex(&self, d)
        let lists = tables.listsIndex(&self)
        if segment.timeToLive != directions[d].timeToLive {
            let isReset = segment.flags.contains(.rst)
            tables.lists[lists].sides[d].noteTTL(segment.timeToLive, isReset: isReset)
            let shift = Int(segment.timeToLive) - Int(directions[d].timeToLive)
            if !isReset { tables.rare[index].noteTTLShift(shift, at: place) }
        }
        if isOtherLink {
            tables.lists[lists].sides[d].noteLink(
                MACPair(segment), hasPayload: segment.payloadLength > 0, at: place)
        }
    }

    @inline(never)
    mutating func noteVLAN(_ segment: TCPSegment, tables: inout SideTables) {
        let index = tables.listsIndex(&self)
        for id in [segment.outerVLAN, segment.innerVLAN]
        where id != 0 && !tables.lists[index].additionalVLANs.contains(id)
            && tables.lists[index].additionalVLANs.count < SideLists.limit
        {
            tables.lists[index].additionalVLANs.append(id)
        }
    }

    @inline(never)
    mutating func noteCapturedTwice(direction d: Int, tables: inout SideTables) {
        tables.capturedTwice += 1
        let index = tables.rareIndex(&self, d)
        tables.rare[index].capturedTwice &+= 1
    }

    @inline(never)
    mutating func noteWindow(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = tables.rareIndex(&self, d)
        if segment.window == 0 {
            tables.rare[index].zeroWindows &+= 1
            history.note(.zeroWindow, direction: d)
            if !directions[d].has.contains(.zeroWindow) {
                directions[d].has.insert(.zeroWindow)
                tables.rare[index].zeroWindowSince = place.time
                if tables.rare[index].zeroWindowPacket == 0 {
                    tables.rare[index].zeroWindowPacket = place.number
                }
            }
        }
        let since = place.time &- tables.rare[index].zeroWindowSince
        tables.rare[index].longestZeroWindow = max(
            tables.rare[index].longestZeroWindow, since)
        if segment.window != 0 { directions[d].has.remove(.zeroWindow) }
    }

    /// An acknowledgement number below the side's highest. One TCP never takes an ACK back, so when
    /// neither reordering (3 ms, Wireshark's bound) nor an old copy explains it, somebody else
    /// acknowledged on its behalf.
    @inline(never)
    mutating func noteLowerACK(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        guard segment.flags.isDisjoint(with: [.rst, .syn]),
            place.time &- directions[d].highestACKTime >= 3_000_000
        else { return }
        let end = segment.sequence &+ UInt32(truncatingIfNeeded: segment.payloadLength)
        // A pure ACK can be late; new payload and the first FIN carry the newest number, unless an
        // ACK went beyond it before.
        let isNew =
            segment.payloadLength > 0
            ? directions[d].lastPayloadTime == place.time
            : segment.flags.contains(.fin) && directions[d].fin == 1
        guard isNew, end == directions[d].next, !directions[d].has.contains(.overtaken) else {
            return
        }
        let index = tables.rareIndex(&self, d)
        if tables.rare[index].acknowledgementsBack == 0 {
            tables.rare[index].firstBackPacket = place.number
            tables.rare[index].firstBackTime = place.time
        }
        tables.rare[index].acknowledgementsBack &+= 1
    }

    @inline(never)
    mutating func noteAfterIdle(
        direction d: Int, silence: Int64, at place: PacketPlace, tables: inout SideTables
    ) {
        let index = tables.listsIndex(&self)
        tables.lists[index].afterIdle = FlowLists.AfterIdle(
            silence: silence, time: place.time, packet: place.number, direction: d)
    }
}

extension RareDirection {
    mutating func extendRun(
        sequence: UInt32, length: Int, at place: PacketPlace, firstSent: Int64
    ) {
        if run.repeats > 0, run.sequence == sequence {
            let gap = place.time &- run.lastTime
            if run.lastGap > 0, gap &* 2 >= run.lastGap &* 3 { run.growingGaps &+= 1 }
            run.lastGap = gap
            run.repeats &+= 1
        } else {
            endRun()
            run = RepeatRun(
                sequence: sequence, length: UInt32(truncatingIfNeeded: length), repeats: 1,
                lastTime: place.time, lastGap: place.time &- firstSent, growingGaps: 0,
                firstPacket: place.number)
        }
        run.lastTime = place.time
        if run.repeats > longestRun.repeats { longestRun = run }
    }

    mutating func endRun() {
        run = RepeatRun()
    }

    mutating func noteRepeat(at place: PacketPlace) {
        repeatedSegments &+= 1
        if firstRetransmissionPacket == 0 { firstRetransmissionPacket = place.number }
    }

    mutating func noteTimeout(at place: PacketPlace) {
        timeoutRetransmissions &+= 1
        if firstTimeoutPacket == 0 { firstTimeoutPacket = place.number }
    }

    mutating func noteTTLShift(_ shift: Int, at place: PacketPlace) {
        if abs(shift) >= 2, firstTTLShiftPacket == 0 { firstTTLShiftPacket = place.number }
    }
}
