internal import Dissection

/// SYN, FIN and RST.
extension Flow {
    /// A tenth of the second after which stacks send a SYN-ACK again (RFC 6298 §2.1).
    private static let leastSYNTimeout: Int64 = 100_000_000

    /// A round trip after the client's ACK, what the server sent before it had it has come.
    private func ackIsHeard(_ tables: SideTables) -> Int64 {
        var asked = firstTime
        if rare[client] >= 0, !tables.rare[Int(rare[client])].firstSYNCame, lists >= 0 {
            let again = tables.lists[Int(lists)].sides[client].synTimes
            asked = again.last { $0 < synACKTime } ?? firstTime
        }
        return establishedTime &+ max(establishedTime &- asked, Self.leastSYNTimeout)
    }

    /// Counts what is in the capture, copies included.
    mutating func countControl(_ flags: TCPFlags, direction d: Int) {
        if flags.contains(.syn), directions[d].syn < .max { directions[d].syn += 1 }
        if flags.contains(.fin), directions[d].fin < .max { directions[d].fin += 1 }
        if flags.contains(.rst), directions[d].rst < .max { directions[d].rst += 1 }
    }

    @inline(never)
    mutating func openOrClose(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let flags = segment.flags
        noteHistory(flags, direction: d)
        if flags.contains(.syn) {
            tables.checksums.check(segment, bytes, flow: number, at: place)
            open(segment, bytes, direction: d, at: place, tables: &tables)
        }
        if flags.contains(.rst) {
            reset(segment, direction: d, at: place, tables: &tables)
        } else if flags.contains(.fin) {
            if segment.payloadLength == 0 {
                noteBeyond(segment, direction: d, tables: &tables)
            }
            finish(segment, direction: d, at: place, tables: &tables)
        }
    }

    private mutating func noteHistory(_ flags: TCPFlags, direction d: Int) {
        let kinds = (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
        if kinds + (flags.contains(.rst) ? 1 : 0) > 1 { history.note(.multiple, direction: d) }
        if flags.contains(.syn) {
            history.note(flags.contains(.ack) ? .synACK : .syn, direction: d)
        }
        if flags.contains(.fin) { history.note(.fin, direction: d) }
        if flags.contains(.rst) { history.note(.rst, direction: d) }
    }

    /// A SYN with the number of the one that opened the connection.
    func isRepeatedSYN(_ segment: TCPSegment, direction d: Int) -> Bool {
        segment.flags.contains(.syn) && directions[d].has.contains(.started)
            && directions[d].base == segment.sequence &+ 1 && directions[d].syn > 1
    }

    private mutating func open(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let base = segment.sequence &+ 1
        let isAnswer = segment.flags.contains(.ack)
        let isRepeat = isRepeatedSYN(segment, direction: d)
        readOptions(
            segment, bytes, direction: d, isRepeat: isRepeat, at: place, tables: &tables)
        if isRepeat {
            history.note(.retransmitted, direction: d)
            let index = tables.rareIndex(&self, d)
            tables.rare[index].retransmitted &+= 1
            tables.timeline.noteSentAgain(place.time)
            let lists = tables.listsIndex(&self)
            if tables.lists[lists].sides[d].synTimes.count < SideLists.limit {
                tables.lists[lists].sides[d].synTimes.append(place.time)
            }
            // One that comes sooner crossed the ACK, or answers a SYN sent again.
            if isAnswer, seen.contains(.established), place.time >= ackIsHeard(tables) {
                tables.rare[index].synRepeatedAfterACK = true
            }
        } else if !directions[d].has.contains(.started)
            || isAnswer && !directions[d].has.contains(.data) && !seen.contains(.established)
        {
            // A server that keeps no state (SYN cookies) answers a SYN sent again with another
            // number; what counts is the last.
            directions[d].base = base
            directions[d].next = base
            directions[d].tls.expected = base
            directions[d].has.insert(.started)
        }
        if isAnswer {
            seen.insert(.synACK)
            directions[d].has.insert(.synACK)
            if synACKTime == 0 {
                synACKTime = place.time
                if seen.contains(.syn) {
                    tables.timeline.noteConnect(place.time &- firstTime, at: place.time)
                }
            }
        } else {
            seen.insert(.syn)
            directions[d].has.insert(.plainSYN)
        }
    }

    private mutating func finish(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        if directions[d].fin > 1, segment.payloadLength == 0,
            !isRepeatedSYN(segment, direction: d)
        {
            history.note(.retransmitted, direction: d)
            let index = tables.rareIndex(&self, d)
            tables.rare[index].retransmitted &+= 1
            tables.timeline.noteSentAgain(place.time)
        }
        if closeBegan { return }
        noteClose(direction: d, isReset: false, at: place, tables: &tables)
        if segment.sequence == directions[d].base, segment.payloadLength == 0 {
            tables.closes[Int(close)].atFirstByte = true
        }
    }

    private mutating func reset(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        tables.timeline.noteReset(place.time)
        // A reset of somebody else has a number that he guessed.
        if segment.sequence != 0, segment.timeToLive == directions[d].timeToLive {
            noteBeyond(segment, direction: d, tables: &tables)
        }
        let index = tables.rareIndex(&self, d)
        if tables.rare[index].reset.packet == 0 {
            var facts = ResetFacts()
            facts.time = place.time
            facts.packet = place.number
            facts.timeToLive = segment.timeToLive
            facts.afterOwnFIN = directions[d].fin > 0
            facts.withACK = segment.flags.contains(.ack)
            facts.answersSYN =
                directions[1 - d].syn > 0 && directions[d].syn == 0
                && !directions[d].has.contains(.data)
            if directions[d].has.contains(.data) {
                facts.sinceOwnPayload = place.time &- directions[d].lastPayloadTime
                facts.ownPayloadUnacknowledged =
                    Int32(bitPattern: directions[d].next &- directions[1 - d].highestACK) > 0
            }
            if directions[1 - d].has.contains(.data) {
                facts.sincePeerPayload = place.time &- directions[1 - d].lastPayloadTime
            }
            tables.rare[index].reset = facts
        }
        if closeBegan { return }
        noteClose(direction: d, isReset: true, at: place, tables: &tables)
    }

    private mutating func noteClose(
        direction d: Int, isReset: Bool, at place: PacketPlace, tables: inout SideTables
    ) {
        var first = FirstClose()
        first.time = place.time
        first.packet = place.number
        first.direction = UInt8(d)
        first.isReset = isReset
        let mine = directions[0].lastMessageTime
        let theirs = directions[1].lastMessageTime
        if mine != theirs {
            first.askedBy = mine > theirs ? 0 : 1
            first.sinceMessage = place.time &- max(mine, theirs)
        }
        tables.closes[tables.closes.place(&close)] = first
    }
}
