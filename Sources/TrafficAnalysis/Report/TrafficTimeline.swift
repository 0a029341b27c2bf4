/// When things went wrong in a capture, and how long handshakes took: a fixed number of cells,
/// however long it lasts.
///
/// Cells begin 1 ms wide and are folded in pairs when the capture outgrows them.
public struct TrafficTimeline: Sendable {
    /// What happened in one stretch of time.
    public struct Cell: Sendable, Equatable {
        /// RST segments.
        public var resets: UInt32 = 0
        /// Segments sent again, SYN and FIN included.
        public var sentAgain: UInt32 = 0
        /// Handshakes that were answered: SYN by SYN-ACK, ClientHello by ServerHello.
        public var handshakes: UInt32 = 0
        /// The longest of these took so many nanoseconds.
        public var slowest: Int64 = 0

        public init() {}

        mutating func fold(_ other: Cell) {
            resets &+= other.resets
            sentAgain &+= other.sentAgain
            handshakes &+= other.handshakes
            slowest = max(slowest, other.slowest)
        }
    }

    /// How many handshakes took how long.
    public struct Latencies: Sendable, Equatable {
        /// Upper ends of all classes but the last, in nanoseconds, each about three times the one
        /// before.
        public static let borders: [Int64] = [
            1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000, 300_000_000,
            1_000_000_000, 3_000_000_000, 10_000_000_000, 30_000_000_000,
        ]

        /// One more than `borders`.
        public private(set) var counts = [UInt64](repeating: 0, count: borders.count + 1)

        public var total: UInt64 { counts.reduce(0, &+) }

        mutating func add(_ latency: Int64) {
            counts[Self.borders.firstIndex { latency < $0 } ?? Self.borders.count] &+= 1
        }
    }

    private static let cellCount = 1024
    private var cells: [Cell] = []
    private var width: Int64 = 1_000_000
    /// Nanoseconds since 1970 of the first packet.
    public private(set) var origin: Int64 = 0
    private var end: Int64 = 0
    /// From SYN to SYN-ACK.
    public private(set) var connects = Latencies()
    /// From ClientHello to ServerHello.
    public private(set) var hellos = Latencies()

    mutating func begin(_ time: Int64) { (origin, end) = (time, time) }

    mutating func noteReset(_ time: Int64) { self[time].resets &+= 1 }

    mutating func noteSentAgain(_ time: Int64) { self[time].sentAgain &+= 1 }

    mutating func noteConnect(_ latency: Int64, at time: Int64) {
        connects.add(latency)
        note(latency, time)
    }

    mutating func noteHello(_ latency: Int64, at time: Int64) {
        hellos.add(latency)
        note(latency, time)
    }

    mutating func finish(_ last: Int64) { end = max(end, last) }

    private mutating func note(_ latency: Int64, _ time: Int64) {
        self[time].handshakes &+= 1
        self[time].slowest = max(self[time].slowest, latency)
    }

    /// What is older than the first packet counts with it.
    private subscript(time: Int64) -> Cell {
        get { cells[place(time)] }
        _modify {
            let time = max(time, origin)
            end = max(end, time)
            while (time - origin) / width >= Int64(Self.cellCount) { fold() }
            while cells.count <= place(time) { cells.append(Cell()) }
            yield &cells[place(time)]
        }
    }

    private func place(_ time: Int64) -> Int { Int(max(0, time - origin) / width) }

    private mutating func fold() {
        var folded: [Cell] = []
        for place in stride(from: 0, to: cells.count, by: 2) {
            var cell = cells[place]
            if place + 1 < cells.count { cell.fold(cells[place + 1]) }
            folded.append(cell)
        }
        cells = folded
        width *= 2
    }

    /// From the first packet to the last, in nanoseconds.
    public var span: Int64 { end - origin }

    /// The capture in `count` equal stretches, at least one; fewer where a stretch would be shorter
    /// than a cell.
    public func columns(_ count: Int) -> [Cell] {
        let used = Int(span / width) + 1
        let count = max(1, min(count, used))
        var columns = [Cell](repeating: Cell(), count: count)
        for (place, cell) in cells.enumerated() {
            columns[min(count - 1, place * count / used)].fold(cell)
        }
        return columns
    }
}
