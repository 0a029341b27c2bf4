internal import Casebook
internal import Dissection

extension PathTally {
    /// What became of each packet of one side.
    mutating func judge(
        _ match: CrossingMatch, _ path: inout PathNotes
    ) {
        let order = match.order
        let seen = SeenBytes(match)
        let delay = longestDelay(match)
        let anew = Resegmentation(match) { crossing, position in
            time(
                order[position],
                logs[order[position]].segments[crossing.places[order[position]]].time)
        }
        for joint in anew.joints {
            hop(order[joint.from], order[joint.to]) {
                $0[match.fromClient].resegmented += joint.packets
            }
        }
        for (index, crossing) in match.crossings.enumerated() {
            let positions = order.indices.filter { crossing.places[order[$0]] >= 0 }
            guard let first = positions.first, let last = positions.last else { continue }
            for (a, b) in zip(positions, positions.dropFirst()) where !anew.arrived(index, from: a)
            {
                cross(crossing, order[a], order[b])
                for between in a + 1..<b { passUnseen(order[between]) }
            }
            if first > 0, !anew.isMade(index, at: first) {
                judgeOrigin(crossing, match, at: first, delay, &path)
            }
            if last < order.count - 1, !anew.arrived(index, from: last) {
                let isLost = judgeEnd(crossing, match, seen, at: last, delay, &path)
                if isLost { path.lost.insert(path.crossings.count + index) }
            }
        }
        counts.resets.opportunities += 1
        counts.acknowledgements.opportunities += 1
    }

    /// The longest that a packet was on its way from the first point to the last that saw it.
    private func longestDelay(_ match: CrossingMatch) -> Int64 {
        var longest: Int64 = 0
        for crossing in match.crossings {
            let points = match.order.filter { crossing.places[$0] >= 0 }
            guard let first = points.first, let last = points.last, first != last else { continue }
            let (left, arrived) = (crossing.places[first], crossing.places[last])
            longest = max(
                longest,
                time(last, logs[last].segments[arrived].time)
                    - time(first, logs[first].segments[left].time))
        }
        return longest
    }

    private mutating func cross(_ crossing: Crossing, _ from: Int, _ to: Int) {
        let left = logs[from].segments[crossing.places[from]]
        let arrived = logs[to].segments[crossing.places[to]]
        let isTimed = clocks.clocks[from] != nil && clocks.clocks[to] != nil
        let delay = isTimed ? time(to, arrived.time) - time(from, left.time) : nil
        let step = Int(left.timeToLive) - Int(arrived.timeToLive)
        if !crossing.isPureACK { counts.lost.opportunities += 1 }
        hop(from, to) {
            $0[crossing.fromClient].cross(delay: delay, ttlStep: step)
        }
    }

    /// A packet whose bytes no earlier point saw: written on the way, or missed.
    ///
    /// - Parameter delay: the longest that it may have been on its way.
    private mutating func judgeOrigin(
        _ crossing: Crossing, _ match: CrossingMatch, at position: Int, _ delay: Int64,
        _ path: inout PathNotes
    ) {
        let (from, here) = (match.order[position - 1], match.order[position])
        let segment = logs[here].segments[crossing.places[here]]
        let arrived = time(here, segment.time)
        guard covers(from, from: arrived - delay, to: arrived) else { return }
        if crossing.isPureACK {
            hop(from, here) { $0[crossing.fromClient].appearedACKs += 1 }
            judgeACK(crossing, segment, at: here, match)
            return
        }
        hop(from, here) { $0[crossing.fromClient].appeared += 1 }
        if crossing.flags.contains(.rst), covers(match.order[0], from: arrived - delay, to: arrived)
        {
            counts.resets.add(place(segment, here))
            path.troubles.insert(.resetNotSent)
        }
    }

    /// An acknowledgement that its claimed sender's point did not see. Of bytes that the sender had
    /// acknowledged by then, the capture may have missed it; of others, somebody between wrote it.
    private mutating func judgeACK(
        _ crossing: Crossing, _ segment: LoggedSegment, at here: Int, _ match: CrossingMatch
    ) {
        let sender = match.order[0]
        let arrived = time(here, segment.time)
        guard covers(sender, from: arrived, to: arrived) else { return }
        let slack = 1_000_000 + (clocks.clocks[sender]?.uncertainty ?? 0)
        let known = match.acknowledged(by: arrived + slack)
        guard crossing.acknowledgement > known else { return }
        counts.acknowledgements.add(place(segment, here))
    }

    /// A packet of which no later point saw all bytes.
    ///
    /// - Parameter delay: the longest that it may be on its way.
    /// - Returns: whether its bytes never arrived.
    private mutating func judgeEnd(
        _ crossing: Crossing, _ match: CrossingMatch, _ seen: SeenBytes, at position: Int,
        _ delay: Int64, _ path: inout PathNotes
    ) -> Bool {
        let (here, next) = (match.order[position], match.order[position + 1])
        let segment = logs[here].segments[crossing.places[here]]
        let left = time(here, segment.time)
        guard covers(next, from: left, to: left + delay), let end = match.order.last,
            covers(end, from: left, to: left + delay)
        else {
            leaveUnjudged()
            return false
        }
        if crossing.isPureACK {
            hop(here, next) { $0[crossing.fromClient].lostACKs += 1 }
            return false
        }
        counts.lost.opportunities += 1
        let isForGood = !seen.arrived(crossing)
        hop(here, next) {
            $0[crossing.fromClient].lost += 1
            if isForGood { $0[crossing.fromClient].lostForGood += 1 }
        }
        // After its last word a sender's RST may rightly be stopped by a firewall.
        guard isForGood, crossing.length > 0 || !crossing.flags.contains(.rst) else {
            return false
        }
        counts.lost.add(place(segment, here))
        path.troubles.insert(.lost)
        return true
    }

    /// Data of the client that somebody acknowledged to it, and that never reached the last point.
    mutating func judgeAcknowledged(
        _ group: SharedNumbers, _ connection: Connection, _ path: inout PathNotes
    ) {
        guard let first = group.points.first else { return }
        let flow = flow(connection, first)
        var reading = group.reading(at: first, fromClient: false)
        var highest = Int64.min
        for segment in logs[first].segments[flow.segments]
        where (segment.fromUpper == flow.clientIsUpper) == false
            && segment.flags.contains(.ack) && !segment.flags.contains(.rst)
        {
            highest = max(highest, reading.acknowledgement(segment))
        }
        guard highest > 0 else { return }
        counts.acknowledged.opportunities += 1
        let lost = path.lost.sorted().map { path.crossings[$0] }.first {
            $0.fromClient && $0.length > 0 && $0.range.upperBound <= highest
                && $0.places[first] >= 0
        }
        guard let lost else { return }
        counts.acknowledged.add(place(logs[first].segments[lost.places[first]], first))
        path.troubles.insert(.acknowledgedButLost)
    }
}

/// Which bytes of one side the last point saw, however they were cut into packets.
private struct SeenBytes {
    private let final: ByteRanges
    private let finalControls: Set<Control>

    private struct Control: Hashable {
        var sequence: Int64
        var flags: UInt8
    }

    init(_ match: CrossingMatch) {
        let end = match.order.last ?? 0
        let arrived = match.crossings.filter { $0.places[end] >= 0 }
        final = ByteRanges(arrived.filter { $0.length > 0 }.map(\.range))
        finalControls = Set(
            arrived.filter { $0.length == 0 }
                .map { Control(sequence: $0.sequence, flags: $0.flags.rawValue) })
    }

    /// At the last point, in any packet.
    func arrived(_ crossing: Crossing) -> Bool {
        crossing.length > 0
            ? final.hold(crossing.range)
            : finalControls.contains(
                Control(sequence: crossing.sequence, flags: crossing.flags.rawValue))
    }
}

extension CrossingMatch {
    /// Points beside each other that each got packets of this side, and none of the other's, all of
    /// which had come by one point before them.
    func split() -> Set<Int> {
        var split: Set<Int> = []
        for a in order.indices.dropFirst() {
            for b in order.indices[(a + 1)...]
            where areApart(a, b) && !isBehindAnother(than: a, b) {
                split.formUnion([order[a], order[b]])
            }
        }
        return split
    }

    private func areApart(_ a: Int, _ b: Int) -> Bool {
        var seen = (false, false)
        for crossing in crossings {
            let (atA, atB) = (crossing.places[order[a]] >= 0, crossing.places[order[b]] >= 0)
            if !atA, !atB { continue }
            guard !(atA && atB), order[..<a].contains(where: { crossing.places[$0] >= 0 }) else {
                return false
            }
            seen = (seen.0 || atA, seen.1 || atB)
        }
        return seen.0 && seen.1
    }

    /// Whether the later point only follows one that stands beside the earlier.
    private func isBehindAnother(than a: Int, _ b: Int) -> Bool {
        order.indices.contains { between in
            between < b && between != a && between > 0 && areApart(min(a, between), max(a, between))
                && crossings.contains {
                    $0.places[order[between]] >= 0 && $0.places[order[b]] >= 0
                }
        }
    }
}
