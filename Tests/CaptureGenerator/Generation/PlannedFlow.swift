/// A connection with every segment that the capture will hold, in order of time.
final class PlannedFlow {
    let connection: Connection
    let segments: [PlannedSegment]
    let streams: PerSide<ByteStream>
    let truth: FlowTruth

    init(_ script: consuming FlowScript) {
        let marks = script.finished()
        connection = script.connection
        segments = marks
        streams = script.streams
        truth = FlowTruth(
            connection: script.connection, segments: segments, tls: script.tls,
            file: script.options.file)
    }

    /// The flows of one connection: two where its addresses and ports are used again.
    static func plan(
        _ number: Int, start: UInt64, options: GeneratorOptions, population: Population
    ) -> [PlannedFlow] {
        var random = RandomSource(seed: options.seed, stream: UInt64(number))
        let connection = Connection(
            number: number, start: start, options: options, population: population,
            random: &random)
        let first = play(connection, options, random)
        guard connection.fault == .portReuse else { return [first] }
        var second = connection
        second.start = (first.segments.last?.time ?? start) + 2_000_000_000
        random = RandomSource(seed: options.seed ^ 0x5EC0_4D, stream: UInt64(number))
        return [first, play(second, options, random)]
    }

    private static func play(
        _ connection: Connection, _ options: GeneratorOptions, _ random: RandomSource
    ) -> PlannedFlow {
        var script = FlowScript(connection, options: options, random: random)
        script.play()
        return PlannedFlow(script)
    }
}

extension FlowScript {
    /// The segments as the capture shows them.
    mutating func finished() -> [PlannedSegment] {
        number()
        segments.removeAll { $0.marks.contains(.missing) }
        if connection.fault == .outOfOrder { segments.sort { $0.time < $1.time } }
        if connection.hasTimestamps { stamp() }
        return connection.fault == .duplicatedFrame ? doubled() : segments
    }

    /// IP identification, in the order in which each side sent.
    private mutating func number() {
        var next = PerSide(
            UInt16(truncatingIfNeeded: random.next()), UInt16(truncatingIfNeeded: random.next()))
        var sent = 0
        for index in segments.indices {
            let side = segments[index].sender
            segments[index].identification = next[side]
            next[side] &+= 1
            guard side == .client, connection.fault == .nextHopShift else { continue }
            sent += 1
            if sent % 2 == 0 { segments[index].marks.insert(.secondGateway) }
        }
    }

    /// RFC 7323 timestamps, in milliseconds of each side's own clock.
    private mutating func stamp() {
        let base = PerSide(
            UInt32(truncatingIfNeeded: random.next()), UInt32(truncatingIfNeeded: random.next()))
        var seen = PerSide<UInt32>(0, 0)
        for index in segments.indices {
            let side = segments[index].sender
            let milliseconds = (segments[index].time - connection.start) / 1_000_000
            segments[index].timestampValue = base[side] &+ UInt32(milliseconds)
            if segments[index].flags.contains(.ack) {
                segments[index].timestampEcho = seen[side.other]
            }
            seen[side] = segments[index].timestampValue
        }
    }

    /// Most frames twice; SYN, FIN and RST once, so that their counts stay plain.
    private mutating func doubled() -> [PlannedSegment] {
        var all: [PlannedSegment] = []
        for segment in segments {
            all.append(segment)
            guard segment.flags.isDisjoint(with: [.syn, .fin, .rst]), random.percent(80) else {
                continue
            }
            var copy = segment
            copy.time += UInt64(random.between(1000, 8000))
            copy.marks.insert(.copied)
            all.append(copy)
        }
        return all
    }
}
