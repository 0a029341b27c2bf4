internal import Dissection

/// Round trips, bytes in flight, and the pauses between them.
extension Flow {
    /// A pause of one side after which its next payload is looked at: shorter than the shortest
    /// delayed acknowledgement.
    static let shortPause: Int64 = 30_000_000

    /// New payload of direction `d`, already counted in `next`.
    ///
    /// Of bulk transfers it sees every segment, so it goes to the side table once.
    @inline(never)
    mutating func notePace(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let end = directions[d].next
        let isAcknowledged = directions[1 - d].has.contains(.acknowledgement)
        let ahead = Int32(bitPattern: end &- directions[1 - d].highestACK)
        tables.pace[Int(pace[d])].note(
            segment, bytes, end: end, flight: isAcknowledged ? UInt32(clamping: ahead) : 0,
            window: isAcknowledged ? UInt32(directions[1 - d].lastWindow) : 0,
            shift: directions[1 - d].options.windowShift(peer: directions[d].options), at: place)
    }

    /// Direction `d` acknowledged new data of its peer.
    @inline(never)
    mutating func noteAcknowledged(
        _ segment: TCPSegment, _ bytes: RawSpan, by d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        tables.pace[Int(pace[1 - d])].acknowledge(
            segment, bytes, next: directions[1 - d].next,
            segmentSize: UInt32(max(directions[d].mss, 536)), at: place)
    }

    /// A segment of direction `d` was sent again.
    mutating func notePaceBroken(direction d: Int, sequence: UInt32, tables: inout SideTables) {
        guard pace[d] >= 0 else { return }
        let index = Int(pace[d])
        tables.pace[index].timed.isActive = false
        tables.pace[index].restart.state = .none
        guard tables.pace[index].window.isWatching else { return }
        let watched = tables.pace[index].window.watched
        // Behind the segment that is watched nothing is lost of it.
        guard Int32(bitPattern: sequence &- watched) < 0 else { return }
        tables.pace[index].window.isWatching = false
        tables.pace[index].window.sentAgain &+= 1
    }

    /// Direction `d` goes on after a pause.
    @inline(never)
    mutating func notePause(
        _ segment: TCPSegment, direction d: Int, pause: Int64, at place: PacketPlace,
        tables: inout SideTables
    ) {
        guard directions[1 - d].has.contains(.acknowledgement),
            segment.sequence == directions[d].next
        else { return }
        noteRecordPaused(direction: d, pause: pause, at: place, tables: &tables)
        guard directions[1 - d].highestACK == segment.sequence else { return }
        noteStall(segment, direction: d, at: place, tables: &tables)
        guard pace[d] >= 0 else { return }
        let index = Int(pace[d])
        tables.pace[index].beginRestart(
            at: segment.sequence, pause: pause, place: place,
            segmentSize: UInt32(max(directions[1 - d].mss, 536)))
    }

    /// RFC 1122 §4.2.3.2 lets a receiver wait up to 500 ms before it acknowledges; Linux waits
    /// 40 ms, Windows and old stacks 200 ms. Nagle's rule (RFC 9293 §3.7.4) has a sender keep a
    /// short segment until then.
    private mutating func noteStall(
        _ segment: TCPSegment, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let lastPayload = directions[d].lastPayloadTime
        let lastACK = directions[1 - d].highestACKTime
        let wait = lastACK &- lastPayload
        guard 35_000_000...60_000_000 ~= wait || 180_000_000...220_000_000 ~= wait,
            0...2_000_000 ~= place.time &- lastACK,
            directions[1 - d].lastPayloadTime < lastPayload, !closeBegan,
            segment.payloadLength < Int(max(directions[1 - d].mss, 536)),
            let roundTrip = roundTrip(of: d), wait >= roundTrip &+ 20_000_000
        else { return }
        let index = tables.paceIndex(&self, d)
        if tables.pace[index].stall.count == 0 {
            tables.pace[index].stall.packet = place.number
        }
        tables.pace[index].stall.count &+= 1
        tables.pace[index].stall.total &+= wait
    }

    /// From a SYN of direction `d`, or its SYN-ACK, to the peer's answer; `nil` when the handshake
    /// is not in the capture.
    @inline(__always)
    func roundTrip(of d: Int) -> Int64? {
        guard seen.contains(.syn), synACKTime != 0, establishedTime != 0 else { return nil }
        return d == client ? synACKTime &- firstTime : establishedTime &- synACKTime
    }

    /// A server's record of nearly the largest size stands still before it is complete.
    private mutating func noteRecordPaused(
        direction d: Int, pause: Int64, at place: PacketPlace, tables: inout SideTables
    ) {
        let record = directions[d].tls
        guard d == server, tls >= 0, record.lastType == 23, record.lastLength >= TLSFlow.bigRecord,
            record.remaining > 0, record.state == .opaque,
            record.applicationRecords <= TLSFlow.firstRecords,
            seen.contains(.syn), establishedTime != 0,
            pause >= (establishedTime &- firstTime) / 2,
            pause <= (establishedTime &- firstTime) &* 4,
            rare < 0 || tables.rare[Int(rare)].directions[d].retransmitted == 0
        else { return }
        let index = tables.paceIndex(&self, d)
        guard tables.pace[index].paused.packet == 0 else { return }
        tables.pace[index].paused = PaceDirection.Paused(
            packet: place.number, pause: UInt32(clamping: pause / 1_000_000))
    }
}

extension PaceDirection {
    /// - Parameters:
    ///   - window: the peer's, as it stands in the header; 0 when it is closed or not known.
    ///   - shift: of that window, where both SYNs are in the capture.
    fileprivate mutating func note(
        _ segment: TCPSegment, _ bytes: RawSpan, end: UInt32, flight: UInt32, window raw: UInt32,
        shift: UInt8?, at place: PacketPlace
    ) {
        if flight > largestFlight { largestFlight = flight }
        // One in a full pipe says more than the one that began the burst.
        if !timed.isActive || !timed.isLoaded && flight >= RoundTrips.load {
            timed.isActive = true
            timed.time = place.time
            timed.end = end
            timed.isLoaded = flight >= RoundTrips.load
            let stamp = segment.timestamps(bytes)
            timed.stamp = stamp?.value ?? 0
            timed.hasStamp = stamp != nil
        }
        guard let shift, raw > 0 else { return }
        if flight == raw << UInt32(shift) { windowFull &+= 1 }
        if shift > 0 { window.note(flight, segment, raw: raw, end: end, at: place) }
    }

    fileprivate mutating func acknowledge(
        _ segment: TCPSegment, _ bytes: RawSpan, next: UInt32, segmentSize: UInt32,
        at place: PacketPlace
    ) {
        let ack = segment.acknowledgement
        if timed.isActive, Int32(bitPattern: ack &- timed.end) >= 0 {
            finishTiming(segment.timestamps(bytes)?.echo, at: place)
        }
        if window.isWatching { window.acknowledge(ack) }
        if restart.state != .none { advanceRestart(next: next, segmentSize: segmentSize) }
    }

    private mutating func finishTiming(_ stamp: UInt32?, at place: PacketPlace) {
        timed.isActive = false
        let time = place.time &- timed.time
        guard time >= 0 else { return }
        roundTrip.add(time)
        if timed.hasStamp, let stamp, stamp == timed.stamp { echo.add(time) }
        guard timed.isLoaded else { return }
        loaded &+= 1
        let least = Int64(roundTrip.least) * 1000
        guard time >= 5 * least, time - least >= 100_000_000 else { return }
        risen &+= 1
        longestRisen = max(longestRisen, UInt32(clamping: time / 1000))
        if risenPacket == 0 { risenPacket = place.number }
    }

    /// Silence longer than the usual least retransmission timeout (RFC 6298 §2.4 has 1 s, Linux
    /// 200 ms) resets a sender's congestion window (RFC 5681 §4.1).
    fileprivate mutating func beginRestart(
        at sequence: UInt32, pause: Int64, place: PacketPlace, segmentSize: UInt32
    ) {
        // Between two flights there is a round trip.
        if pause <= 2 * Int64(roundTrip.most) * 1000, pause < 1_000_000_000 { return }
        restart.state = .none
        guard pause >= 1_000_000_000, roundTrip.count > 0, roundTrip.least >= 5000,
            pause >= Int64(roundTrip.most) * 1000, largestFlight >= 20 * segmentSize
        else { return }
        restart.state = .begun
        restart.start = sequence
        restart.packet = place.number
        restart.pause = UInt32(clamping: pause / 1_000_000)
    }

    private mutating func advanceRestart(next: UInt32, segmentSize: UInt32) {
        let sent = UInt32(clamping: Int32(bitPattern: next &- restart.start))
        if restart.state == .begun {
            restart.firstFlight = sent
            restart.state = sent <= 10 * segmentSize ? .acknowledged : .none
            if sent > 10 * segmentSize { restart.tries &+= restart.tries < .max ? 1 : 0 }
            return
        }
        // Only what goes on to as much again was held back.
        guard sent >= 2 * restart.firstFlight, sent >= 20 * segmentSize else { return }
        restart.state = .none
        restart.tries &+= restart.tries < .max ? 1 : 0
        guard largestFlight >= 2 * restart.firstFlight else { return }
        if restart.count == 0 {
            restart.firstPacket = restart.packet
        }
        restart.count &+= restart.count < .max ? 1 : 0
        restart.longestPause = max(restart.longestPause, restart.pause)
        restart.flight = max(restart.flight, restart.firstFlight)
    }
}

extension PaceDirection.RawWindow {
    fileprivate mutating func note(
        _ flight: UInt32, _ segment: TCPSegment, raw: UInt32, end: UInt32, at place: PacketPlace
    ) {
        segments &+= 1
        if flight > raw {
            beyond &+= 1
            if firstPacket == 0 { firstPacket = place.number }
            if !isWatching {
                isWatching = true
                watched = end
            }
        } else if raw - flight < max(UInt32(segment.payloadLength), raw / 10) {
            atEdge &+= 1
            if firstPacket == 0 { firstPacket = place.number }
        }
    }

    fileprivate mutating func acknowledge(_ ack: UInt32) {
        guard Int32(bitPattern: ack &- watched) >= 0 else { return }
        isWatching = false
        accepted &+= 1
    }
}

extension TCPSegment {
    /// Value and echo of the timestamp option where every stack puts it: two NOPs, kind 8, length
    /// 10 (RFC 7323 appendix A).
    @inline(__always)
    func timestamps(_ bytes: RawSpan) -> (value: UInt32, echo: UInt32)? {
        guard optionsLength >= 12, optionsOffset + 12 <= bytes.byteCount,
            bytes.uint32(at: optionsOffset) == 0x0101_080A
        else { return nil }
        return (bytes.uint32(at: optionsOffset + 4), bytes.uint32(at: optionsOffset + 8))
    }
}
