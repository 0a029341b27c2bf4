/// Cuts a stream of bytes into lines of bounded length.
public struct LineBuffer {
    public enum Line: Equatable, Sendable {
        case line([UInt8])
        /// Longer than the limit; its bytes were thrown away.
        case tooLong
    }

    /// 700 answers are some 50 kB.
    public static let longestLine = 8 << 20

    private let limit: Int
    private var pending: [UInt8] = []
    private var skipping = false

    /// - Parameter limit: in bytes, without the line's end.
    public init(limit: Int = LineBuffer.longestLine) { self.limit = limit }

    /// The lines that end in `chunk`.
    public mutating func add(_ chunk: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = chunk
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            lines.append(take())
            rest = rest[(end + 1)...]
        }
        append(rest)
        return lines
    }

    /// The last line, when nothing ends it.
    public mutating func finish() -> Line? {
        pending.isEmpty && !skipping ? nil : take()
    }

    private mutating func append(_ part: ArraySlice<UInt8>) {
        guard !skipping else { return }
        if pending.count + part.count > limit {
            skipping = true
            pending = []
        } else {
            pending.append(contentsOf: part)
        }
    }

    private mutating func take() -> Line {
        defer {
            skipping = false
            pending = []
        }
        return skipping ? .tooLong : .line(pending)
    }
}
