import Glibc

/// Lines of standard input, one at a time; a last line without its end is a line too.
struct LineInput {
    private var buffer: [UInt8] = []
    private var ended = false

    /// A person types less; the rest of a longer line is taken for the next one.
    private static let longest = 64 << 10

    /// - Returns: the line without its end, invalid UTF-8 repaired; `nil` at the end of the input
    ///   and after ^C.
    mutating func next() -> String? {
        while true {
            if Interrupt.requested { return nil }
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) { return take(end) }
            if buffer.count >= Self.longest { return take(Self.longest) }
            if ended { return buffer.isEmpty ? nil : take(buffer.count) }
            read()
        }
    }

    private mutating func take(_ end: Int) -> String {
        var line = buffer[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        let isEnd = end < buffer.count && buffer[end] == UInt8(ascii: "\n")
        buffer.removeFirst(isEnd ? end + 1 : end)
        return text
    }

    private mutating func read() {
        var chunk = [UInt8](repeating: 0, count: 4 << 10)
        let count = chunk.withUnsafeMutableBytes {
            Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count)
        }
        if count > 0 {
            buffer.append(contentsOf: chunk[..<count])
        } else if count == 0 || errno != EINTR {
            ended = true
        }
    }
}
