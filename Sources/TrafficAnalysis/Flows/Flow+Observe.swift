internal import Dissection

/// A packet's number and time, as every observation cites them.
struct PacketPlace {
    /// One-based, Wireshark's `frame.number`.
    var number: UInt32
    /// Nanoseconds since 1970.
    var time: Int64
}

extension Flow {
    /// Silence after which the next payload is watched: middleboxes forget flows in minutes.
    static let longSilence: Int64 = 60_000_000_000

    /// Takes one segment of direction `d` into account.
    @inline(__always)
    mutating func observe(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        directions[d].packets &+= 1
        directions[d].payloadBytes &+= UInt64(segment.payloadLength)
        let silence = place.time &- lastTime
        lastTime = place.time
        let flags = segment.flags
        if segment.timeToLive != directions[d].timeToLive
            || !tables.isSame(MACPair(segment), directions[d].macs)
        {
            noteLink(segment, direction: d, at: place, tables: &tables)
        }
        if segment.outerVLAN != outerVLAN || segment.innerVLAN != innerVLAN {
            noteVLAN(segment, tables: &tables)
        }
        let isControl = !flags.isDisjoint(with: [.syn, .fin, .rst])
        if isControl { countControl(flags, direction: d) }
        if directions[d].isCapturedTwice(segment, at: place.time) {
            noteCapturedTwice(direction: d, tables: &tables)
            return
        }
        if !directions[1 - d].has.isDisjoint(with: [.repeatedRun, .sentAgain]) {
            answerRepeats(of: 1 - d, segment, bytes, tables: &tables)
        }
        if isControl { openOrClose(segment, bytes, direction: d, at: place, tables: &tables) }
        if directions[d].packets % ChecksumTally.everyPacket == 0 || checksLeft > 0 {
            checkSum(segment, bytes, at: place, tables: &tables)
        }
        if !directions[d].has.contains(.started) { start(segment, direction: d) }

        let length = segment.payloadLength
        if length > 0 {
            takePayload(
                segment, bytes, direction: d, at: place, silence: silence, tables: &tables)
        } else if !isControl {
            history.note(.ack, direction: d)
            if segment.sequence != directions[d].next {
                noteOtherSequence(segment, direction: d, tables: &tables)
            }
        }
        if flags.contains(.ack) {
            acknowledge(segment, bytes, direction: d, at: place, tables: &tables)
        }
        if segment.window == 0 || directions[d].has.contains(.zeroWindow) {
            if !isControl { noteWindow(segment, direction: d, at: place, tables: &tables) }
        }
        directions[d].lastWindow = segment.window
        directions[d].lastTime = place.time
    }

    /// The first sight of a direction that begins without SYN.
    private mutating func start(_ segment: TCPSegment, direction d: Int) {
        directions[d].base = segment.sequence
        directions[d].next = segment.sequence
        directions[d].tls.expected = segment.sequence
        directions[d].has.insert(.started)
    }

    @inline(__always)
    private mutating func takePayload(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        silence: Int64, tables: inout SideTables
    ) {
        let sequence = segment.sequence &+ (segment.flags.contains(.syn) ? 1 : 0)
        history.note(.data, direction: d)
        tables.payloadSegments &+= 1
        let pause = place.time &- directions[d].lastPayloadTime
        if pause >= Self.shortPause, directions[d].has.contains(.data) {
            notePause(segment, direction: d, pause: pause, at: place, tables: &tables)
        }
        let novelty: Direction.Novelty
        if sequence == directions[d].next {
            directions[d].next = sequence &+ UInt32(truncatingIfNeeded: segment.payloadLength)
            novelty = .new
        } else {
            novelty = takeOutOfSequence(
                segment, bytes, sequence: sequence, direction: d, at: place, tables: &tables)
        }
        if novelty == .repeated || novelty == .probe { return }
        if silence >= Self.longSilence, seen.contains(.established) {
            noteAfterIdle(direction: d, silence: silence, at: place, tables: &tables)
        }
        if novelty == .new, directions[d].packets >= PaceDirection.leastPackets {
            if pace[d] < 0 { _ = tables.paceIndex(&self, d) }
            notePace(segment, bytes, direction: d, at: place, tables: &tables)
        }
        if segment.payloadLength > Self.usualSegment {
            noteOversized(segment, direction: d, at: place, tables: &tables)
        }
        directions[d].lastPayloadTime = place.time
        let size = UInt16(clamping: segment.payloadLength)
        if size > directions[d].longestUnACKed { directions[d].longestUnACKed = size }
        if !directions[d].has.contains(.data) {
            directions[d].has.insert(.data)
            directions[d].firstPayloadTime = place.time
            directions[d].firstPayloadPacket = place.number
        }
        let isMessage = readStream(
            segment, bytes, direction: d, sequence: sequence, at: place, tables: &tables)
        if isMessage {
            if directions[1 - d].lastMessageTime > directions[d].lastMessageTime {
                noteAnswer(direction: d, at: place)
            }
            directions[d].lastMessageTime = place.time
            directions[d].lastMessagePacket = place.number
        }
        if closeBegan, directions[1 - d].fin > 0 {
            directions[d].has.insert(.payloadAfterPeerFIN)
        }
    }

    @inline(__always)
    private mutating func acknowledge(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let ack = segment.acknowledgement
        if !directions[d].has.contains(.acknowledgement) {
            directions[d].has.insert(.acknowledgement)
            directions[d].highestACK = ack
            directions[d].highestACKTime = place.time
            if seen.contains(.synACK), !segment.flags.contains(.syn) { establish(d, place.time) }
            noteProgress(ack, direction: d, at: place, tables: &tables)
            return
        }
        let delta = Int32(bitPattern: ack &- directions[d].highestACK)
        if delta > 0 {
            directions[d].highestACK = ack
            directions[d].highestACKTime = place.time
            directions[d].duplicateACKRun = 0
            if !seen.contains(.established), !segment.flags.contains(.syn) {
                establish(d, place.time)
            }
            if pace[1 - d] >= 0 {
                noteAcknowledged(segment, bytes, by: d, at: place, tables: &tables)
            }
            noteProgress(ack, direction: d, at: place, tables: &tables)
        } else if delta == 0 {
            noteSameACK(segment, direction: d, tables: &tables)
        } else {
            noteLowerACK(segment, direction: d, at: place, tables: &tables)
        }
    }

    @inline(__always)
    private mutating func establish(_ d: Int, _ time: Int64) {
        if seen.contains(.synACK), d == client, establishedTime == 0 {
            establishedTime = time
            seen.insert(.established)
        }
    }

    @inline(__always)
    private mutating func noteAnswer(direction d: Int, at place: PacketPlace) {
        guard !closeBegan else { return }
        if directions[d].answers < .max { directions[d].answers += 1 }
        let wait = place.time &- directions[1 - d].lastMessageTime
        let microseconds = UInt32(clamping: wait / 1000)
        if microseconds > directions[d].longestAnswer {
            directions[d].longestAnswer = microseconds
        }
        if wait >= 1_000_000_000, directions[d].lateAnswers < .max {
            directions[d].lateAnswers += 1
        }
    }

    /// New data of the peer was acknowledged.
    @inline(__always)
    private mutating func noteProgress(
        _ ack: UInt32, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let beyond = Int32(bitPattern: ack &- directions[1 - d].next)
        if beyond >= 0 {
            if directions[1 - d].longestUnACKed > directions[1 - d].longestACKed {
                directions[1 - d].longestACKed = directions[1 - d].longestUnACKed
            }
            directions[1 - d].longestUnACKed = 0
            // A FIN takes one number; more than that are bytes the capture has not.
            if beyond > 1, directions[1 - d].has.contains(.started),
                !directions[1 - d].has.contains(.missedBytes)
            {
                directions[1 - d].has.insert(.missedBytes)
                tables.missedBytes += 1
            }
        }
        if seen.contains(.awaitsHelloACK), d == server {
            noteHelloACK(ack, at: place, tables: &tables)
        }
    }

    /// A duplicate ACK in the sense of RFC 5681 §2: no payload, no SYN or FIN, same number and
    /// window, and something outstanding. (tshark does not ask for the last.)
    @inline(__always)
    private mutating func noteSameACK(
        _ segment: TCPSegment, direction d: Int, tables: inout SideTables
    ) {
        guard segment.payloadLength == 0, segment.flags.isDisjoint(with: [.syn, .fin, .rst]),
            segment.window == directions[d].lastWindow, segment.window != 0,
            Int32(bitPattern: directions[1 - d].next &- segment.acknowledgement) > 0
        else { return }
        let index = tables.rareIndex(&self, d)
        tables.rare[index].duplicateACKs &+= 1
        if directions[d].duplicateACKRun < .max { directions[d].duplicateACKRun += 1 }
    }
}

extension Flow.Seen {
    /// A ClientHello is complete and the server has not acknowledged its last byte.
    static let awaitsHelloACK = Flow.Seen(rawValue: 64)
}
