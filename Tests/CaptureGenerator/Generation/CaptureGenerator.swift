/// Writes captures of interleaved TCP connections whose truth is known.
public struct CaptureGenerator: ~Copyable {
    private let options: GeneratorOptions
    private let population: Population
    private var queue = EventQueue()
    private var live: [PlannedFlow?] = []
    private var free: [Int] = []
    private var opened = 0
    private var planned = 0
    private var nextStart = firstStart
    private var pace: RandomSource
    private var manifest = Manifest()

    /// 2026-01-01T00:00:00Z: about when the first connection opens.
    private static let firstStart: UInt64 = 1_767_225_600_000_000_000

    public init(_ options: GeneratorOptions) {
        self.options = options
        population = Population(options: options)
        pace = RandomSource(seed: options.seed, stream: .max - 1)
    }

    /// Writes the capture, and one line about each flow in order of its first packet.
    ///
    /// Memory grows with the connections that are open at once, not with the packets.
    public mutating func run(
        capture: inout (some ByteSink & ~Copyable), truth: inout (some ByteSink & ~Copyable)?
    ) throws -> Manifest {
        var writer = FrameWriter(file: options.file, pool: .shared)
        while true {
            openDueConnections()
            guard let event = queue.first, let flow = live[event.slot] else { break }
            if event.segment == 0 { try announce(flow, to: &truth) }
            try writer.write(flow.segments[event.segment], of: flow, to: &capture)
            advance(event, flow)
        }
        try writer.finish(&capture)
        manifest.frames = writer.frames
        manifest.fileBytes = writer.fileBytes
        precondition(manifest.frames == manifest[.packets], "truth and capture disagree")
        return manifest
    }

    private var mayOpen: Bool {
        switch options.limit {
        case .flows(let count): opened < count
        case .packets(let count): planned < count
        }
    }

    /// Plans every connection that opens before the next packet that is due.
    private mutating func openDueConnections() {
        while mayOpen {
            if let due = queue.first?.time, due < nextStart { return }
            let flows = PlannedFlow.plan(
                opened, start: nextStart, options: options, population: population)
            for flow in flows {
                planned += flow.segments.count
                enqueue(flow)
            }
            opened += 1
            let mean = 1_000_000_000 / max(1, options.flowsPerSecond)
            nextStart += UInt64(1000 + pace.below(max(1, 2 * mean - 2000)))
        }
    }

    private mutating func enqueue(_ flow: PlannedFlow) {
        guard let first = flow.segments.first else { return }
        let slot = free.popLast() ?? live.count
        if slot == live.count { live.append(flow) } else { live[slot] = flow }
        queue.insert(EventQueue.Event(time: first.time, slot: slot, segment: 0))
    }

    private mutating func announce(
        _ flow: PlannedFlow, to truth: inout (some ByteSink & ~Copyable)?
    ) throws {
        if truth != nil {
            try flow.truth.line(flow: manifest[.flows]).withUnsafeBytes {
                try truth?.write($0)
            }
        }
        manifest.add(flow.truth)
    }

    private mutating func advance(_ event: EventQueue.Event, _ flow: PlannedFlow) {
        let next = event.segment + 1
        if next < flow.segments.count {
            queue.replaceFirst(
                EventQueue.Event(
                    time: flow.segments[next].time, slot: event.slot, segment: next))
        } else {
            queue.removeFirst()
            live[event.slot] = nil
            free.append(event.slot)
        }
    }
}
