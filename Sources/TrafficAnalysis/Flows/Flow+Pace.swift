internal import Dissection

/// Round trips, bytes in flight, and the pauses between them.
extension Flow {
    /// A pause of one side after which its next payload is looked at: shorter than the shortest
    /// delayed acknowledgement.
    static let shortPause: Int64 = 30_000_000

    /// New payload of direction `d`, already counted in `next`; of bulk transfers every segment.
    @inline(never)
    mutating func notePace(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let end = directions[d].next
        let isAcknowledged = directions[1 - d].has.contains(.acknowledgement)
        let ahead = Int32(bitPattern: end &- directions[1 - d].highestACK)
        let index = Int(pace[d])
        let flight = isAcknowledged ? UInt32(clamping: ahead) : 0
        tables.pace[index].note(segment, bytes, end: end, flight: flight, at: place)
        let window = isAcknowledged ? UInt32(directions[1 - d].lastWindow) : 0
        // Closed, or not known.
        if window == 0 { return }
        let shift = directions[1 - d].options.windowShift(peer: directions[d].options)
        guard let shift else { return }
        if flight == window << UInt32(shift) {
            let events = tables.paceEventsIndex(index)
            tables.paceEvents[events].windowFull &+= 1
        }
        if shift == 0 { return }
        tables.pace[index].windowSegments &+= 1
        if tables.pace[index].wasBeyond { return }
        let isNear =
            flight >= window
            || window - flight < max(UInt32(segment.payloadLength), window / 10)
        guard isNear, flight > window || goesOn(direction: d, at: place) else { return }
        let watch = tables.rawWindows.place(&tables.pace[index].window)
        tables.rawWindows[watch].note(
            flight, raw: window, from: segment.sequence, end: end, at: place)
    }

    /// Whether what is sent is more of the same, as soon as there was room for it: a message that
    /// follows an answer, or a pause, was not held.
    private func goesOn(direction d: Int, at place: PacketPlace) -> Bool {
        let there = roundTrip(of: d) ?? 0
        let back = roundTrip(of: 1 - d) ?? 0
        return directions[d].lastPayloadTime > directions[1 - d].lastPayloadTime
            && place.time &- directions[1 - d].highestACKTime <= 10_000_000 &+ max(there, back)
    }

    /// Direction `d` acknowledged new data of its peer.
    @inline(never)
    mutating func noteAcknowledged(
        _ segment: TCPSegment, _ bytes: RawSpan, by d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = Int(pace[1 - d])
        let ack = segment.acknowledgement
        let timed = tables.pace[index].timed
        if timed.isActive, Int32(bitPattern: ack &- timed.end) >= 0 {
            tables.finishTiming(index, segment.timestamps(bytes)?.echo, at: place)
        }
        let window = Int(tables.pace[index].window)
        if window >= 0, tables.rawWindows[window].isAccepted(ack) {
            tables.pace[index].wasBeyond = true
            tables.rawWindows.giveBack(&tables.pace[index].window)
        }
        let events = Int(tables.pace[index].events)
        if events < 0 { return }
        if tables.paceEvents[events].restart.state != .none {
            tables.paceEvents[events].restart.advance(
                next: directions[1 - d].next, segmentSize: UInt32(max(directions[d].mss, 536)),
                largestFlight: tables.pace[index].largestFlight)
        }
    }

    /// A segment of direction `d` was sent again, or leaves bytes out or brings them late: what
    /// is sent behind is not acknowledged in its time.
    mutating func notePaceBroken(direction d: Int, sequence: UInt32, tables: inout SideTables) {
        guard pace[d] >= 0 else { return }
        let index = Int(pace[d])
        tables.pace[index].timed.isActive = false
        let events = Int(tables.pace[index].events)
        if events >= 0 { tables.paceEvents[events].restart.state = .none }
        let window = Int(tables.pace[index].window)
        guard window >= 0, tables.rawWindows[window].isWatching else { return }
        let watch = tables.rawWindows[window]
        // Behind the segment that is watched nothing is lost of it.
        guard Int32(bitPattern: sequence &- watch.watched) < 0 else { return }
        tables.rawWindows[window].isWatching = false
        // Before it, the window is not what was in the way.
        guard Int32(bitPattern: sequence &- watch.watchedFrom) >= 0 else { return }
        tables.rawWindows[window].sentAgain &+= 1
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
        noteGoingOn(direction: d, at: place)
        noteStall(segment, direction: d, at: place, tables: &tables)
        // After a loss a sender is slower whether it rested or not (RFC 5681 §3.1).
        guard pace[d] >= 0, rare[d] < 0 || tables.rare[Int(rare[d])].loss.firstPacket == 0 else {
            return
        }
        tables.beginRestart(
            of: Int(pace[d]), at: segment.sequence, pause: pause, place: place,
            segmentSize: UInt32(max(directions[1 - d].mss, 536)))
    }

    /// It was not the acknowledgement that it went on for, nor the window, and not an answer.
    private mutating func noteGoingOn(direction d: Int, at place: PacketPlace) {
        let idle = place.time &- directions[1 - d].highestACKTime
        guard directions[d].lastMessageTime > directions[1 - d].lastMessageTime,
            idle / 2 >= max(roundTrip(of: d) ?? 150_000_000, 10_000_000),
            !directions[1 - d].has.contains(.zeroWindow), directions[d].wentOn < .max
        else { return }
        directions[d].wentOn += 1
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
            // What was sent again is what that acknowledges.
            directions[d].lastTime == lastPayload,
            directions[1 - d].lastPayloadTime < lastPayload, !closeBegan,
            segment.payloadLength < Int(max(directions[1 - d].mss, 536)),
            let roundTrip = roundTrip(of: d), wait >= roundTrip &+ 20_000_000
        else { return }
        let events = tables.paceEventsIndex(tables.paceIndex(&self, d))
        if tables.paceEvents[events].stall.count == 0 {
            tables.paceEvents[events].stall.packet = place.number
        }
        tables.paceEvents[events].stall.count &+= 1
        tables.paceEvents[events].stall.total &+= wait
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
            rare[d] < 0 || tables.rare[Int(rare[d])].retransmitted == 0
        else { return }
        let events = tables.paceEventsIndex(tables.paceIndex(&self, d))
        guard tables.paceEvents[events].paused.packet == 0 else { return }
        tables.paceEvents[events].paused = PaceEvents.Paused(
            packet: place.number, pause: UInt32(clamping: pause / 1_000_000))
    }
}

/// By the index of a side's pace.
extension SideTables {
    /// The segment that is timed was acknowledged.
    fileprivate mutating func finishTiming(
        _ index: Int, _ echo: UInt32?, at place: PacketPlace
    ) {
        let timed = pace[index].timed
        pace[index].timed.isActive = false
        let time = place.time &- timed.time
        guard time >= 0 else { return }
        pace[index].roundTrip.add(time)
        if timed.hasStamp, let echo, echo == timed.stamp { pace[index].echo.add(time) }
        guard timed.isLoaded else { return }
        pace[index].loaded &+= 1
        let least = Int64(pace[index].roundTrip.least) * 1000
        guard time >= 5 * least, time - least >= 100_000_000 else { return }
        let events = paceEventsIndex(index)
        paceEvents[events].risen &+= 1
        paceEvents[events].longestRisen = max(
            paceEvents[events].longestRisen, UInt32(clamping: time / 1000))
        if paceEvents[events].risenPacket == 0 {
            paceEvents[events].risenPacket = place.number
        }
    }

    /// Silence longer than the usual least retransmission timeout (RFC 6298 §2.4 has 1 s, Linux
    /// 200 ms) resets a sender's congestion window (RFC 5681 §4.1).
    fileprivate mutating func beginRestart(
        of index: Int, at sequence: UInt32, pause: Int64, place: PacketPlace, segmentSize: UInt32
    ) {
        let side = pace[index]
        // Between two flights there is a round trip.
        if pause <= 2 * Int64(side.roundTrip.most) * 1000, pause < 1_000_000_000 { return }
        if side.events >= 0 { paceEvents[Int(side.events)].restart.state = .none }
        guard pause >= 1_000_000_000, side.roundTrip.count > 0, side.roundTrip.least >= 5000,
            pause >= Int64(side.roundTrip.most) * 1000, side.largestFlight >= 20 * segmentSize
        else { return }
        let events = paceEventsIndex(index)
        paceEvents[events].restart.state = .begun
        paceEvents[events].restart.start = sequence
        paceEvents[events].restart.packet = place.number
        paceEvents[events].restart.pause = UInt32(clamping: pause / 1_000_000)
    }
}

extension PaceDirection {
    fileprivate mutating func note(
        _ segment: TCPSegment, _ bytes: RawSpan, end: UInt32, flight: UInt32, at place: PacketPlace
    ) {
        if flight > largestFlight { largestFlight = flight }
        // One in a full pipe says more than the one that began the burst.
        if timed.isActive, timed.isLoaded || flight < RoundTrips.load { return }
        timed.isActive = true
        timed.time = place.time
        timed.end = end
        timed.isLoaded = flight >= RoundTrips.load
        let stamp = segment.timestamps(bytes)
        timed.stamp = stamp?.value ?? 0
        timed.hasStamp = stamp != nil
    }
}

extension PaceEvents.Restart {
    fileprivate mutating func advance(next: UInt32, segmentSize: UInt32, largestFlight: UInt32) {
        let sent = UInt32(clamping: Int32(bitPattern: next &- start))
        if state == .begun {
            firstFlight = sent
            state = sent <= 10 * segmentSize ? .acknowledged : .none
            if sent > 10 * segmentSize { tries &+= tries < .max ? 1 : 0 }
            return
        }
        // Only what goes on to as much again was held back.
        guard sent >= 2 * firstFlight, sent >= 20 * segmentSize else { return }
        state = .none
        tries &+= tries < .max ? 1 : 0
        guard largestFlight >= 2 * firstFlight else { return }
        if count == 0 { firstPacket = packet }
        count &+= count < .max ? 1 : 0
        longestPause = max(longestPause, pause)
        flight = max(flight, firstFlight)
    }
}

extension RawWindow {
    /// - Parameter flight: near the window or beyond it.
    fileprivate mutating func note(
        _ flight: UInt32, raw: UInt32, from: UInt32, end: UInt32, at place: PacketPlace
    ) {
        if firstPacket == 0 { firstPacket = place.number }
        if flight <= raw {
            atEdge &+= 1
            return
        }
        beyond &+= 1
        if !isWatching {
            isWatching = true
            watchedFrom = from
            watched = end
        }
    }

    /// Whether what is watched was acknowledged.
    fileprivate func isAccepted(_ ack: UInt32) -> Bool {
        isWatching && Int32(bitPattern: ack &- watched) >= 0
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
