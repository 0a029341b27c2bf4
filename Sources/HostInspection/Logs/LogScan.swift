public import Casebook

/// Looks for signatures in a log as it comes in, in any pieces; memory does not grow with it.
public struct LogScan {
    /// What was seen of one signature.
    public struct Hit: Hashable, Sendable {
        /// Lines that bear it.
        public var count = 0
        /// The first ones, at most `keptLines`.
        public var lines: [Line] = []
        public var lastLine = Line(number: 0, time: nil)
    }

    public struct Line: Hashable, Sendable {
        /// One-based.
        public var number: Int
        /// Nanoseconds since 1970-01-01T00:00:00Z; `nil` where the line bears no time.
        public var time: Int64?

        public init(number: Int, time: Int64?) {
            self.number = number
            self.time = time
        }
    }

    public struct Totals: Hashable, Sendable {
        public var lines = 0
        public var bytes = 0
        /// Of the first and the last line that bear one.
        public var first: Int64?
        public var last: Int64?
    }

    /// Line numbers kept of one signature.
    public static let keptLines = 5
    private static let untimedLines = 1000
    /// Bytes of a line in which its time is looked for.
    static let headSize = 256

    private let matcher: LineMatcher
    private let clock: LogClock
    public private(set) var totals = Totals()
    /// In the order of the patterns.
    public private(set) var hits: [Hit]
    private var seenIn: [Int]
    private var newlyMatched: [Int] = []
    /// The beginning of a line that came in an earlier piece.
    private var carried: [UInt8] = []
    private var lastHeads: [[UInt8]]
    private var openLine = false

    public init(_ patterns: [LogPattern], clock: LogClock) {
        matcher = LineMatcher(patterns)
        self.clock = clock
        hits = [Hit](repeating: Hit(), count: patterns.count)
        seenIn = [Int](repeating: 0, count: patterns.count)
        lastHeads = [[UInt8]](repeating: [], count: patterns.count)
    }

    public mutating func read(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe read($0) }
    }

    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var lineStart = 0
        var matched = newlyMatched
        var lastLine: Range<Int>?
        var lastHead: [UInt8] = []
        unsafe matcher.read(bytes) { pattern in
            // A line may be as long as the log and bear a text at every turn.
            if !matched.contains(pattern) { matched.append(pattern) }
        } ended: { offset in
            totals.lines += 1
            // Most lines are of no interest and are not looked at again.
            if !matched.isEmpty || seeksFirstTime || !carried.isEmpty {
                lastHead = unsafe carried + Self.head(of: bytes, lineStart..<offset, carried.count)
                lastLine = nil
                note(matched, lastHead)
                matched.removeAll(keepingCapacity: true)
                carried.removeAll(keepingCapacity: true)
            } else {
                lastLine = lineStart..<offset
            }
            lineStart = offset + 1
        }
        totals.bytes += bytes.count
        if let lastLine { lastHead = unsafe Self.head(of: bytes, lastLine, 0) }
        totals.last = clock.time(of: lastHead) ?? totals.last
        newlyMatched = matched
        openLine = lineStart < bytes.count || (openLine && lineStart == 0)
        carried += unsafe Self.head(of: bytes, lineStart..<bytes.count, carried.count)
    }

    /// A log that bears no time in its first lines bears none.
    private var seeksFirstTime: Bool { totals.first == nil && totals.lines <= Self.untimedLines }

    /// A log need not end with a line feed. Nothing can be read afterwards.
    public mutating func finish() {
        if openLine {
            var matched = newlyMatched
            matcher.finishLine { matched.append($0) }
            totals.lines += 1
            note(matched, carried)
            totals.last = clock.time(of: carried) ?? totals.last
        }
        if totals.last == nil { totals.last = totals.first }
        for index in hits.indices where hits[index].count > 0 {
            hits[index].lastLine.time = clock.time(of: lastHeads[index])
        }
    }

    /// Counts the line once for each pattern that matched in it.
    private mutating func note(_ patterns: [Int], _ head: [UInt8]) {
        if seeksFirstTime { totals.first = clock.time(of: head) }
        for pattern in patterns where seenIn[pattern] != totals.lines {
            seenIn[pattern] = totals.lines
            hits[pattern].count += 1
            hits[pattern].lastLine = Line(number: totals.lines, time: nil)
            lastHeads[pattern] = head
            if hits[pattern].lines.count < Self.keptLines {
                hits[pattern].lines.append(Line(number: totals.lines, time: clock.time(of: head)))
            }
        }
    }

    private static func head(
        of bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ already: Int
    ) -> [UInt8] {
        let end = min(line.upperBound, line.lowerBound + max(0, headSize - already))
        return unsafe line.isEmpty
            ? [] : [UInt8](UnsafeRawBufferPointer(rebasing: bytes[line.lowerBound..<end]))
    }
}
