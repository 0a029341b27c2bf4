import Glibc

/// Standard output and standard error of one run, and what may be done with them.
///
/// Data goes to standard output, everything else to standard error. Colour, and only there a
/// colour, needs a terminal that wants it.
final class Console {
    let colour: Bool
    /// In cells; `nil` for `--plain`.
    let width: Int?
    let isTerminal: Bool
    let errorIsTerminal: Bool
    let quiet: Bool
    private var buffer: [UInt8] = []
    /// The first failure to write, as an `errno`; nothing is written after it.
    private(set) var failure: Int32?

    /// The buffer is handed to the system at this size (performance.md §5).
    private static let flushSize = 60 << 10

    init(settings: Settings) {
        let terminal = isatty(STDOUT_FILENO) == 1
        isTerminal = terminal
        colour = terminal && settings.colourAllowed
        width = settings.plain ? nil : terminal ? Self.terminalWidth() : 80
        errorIsTerminal = isatty(STDERR_FILENO) == 1
        quiet = settings.quiet
    }

    func write(_ bytes: [UInt8]) {
        if bytes.count >= Self.flushSize {
            flush()
            if failure == nil { failure = Self.writeAll(bytes, to: STDOUT_FILENO) }
            return
        }
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.flushSize { flush() }
    }

    func write(_ page: TextPage) { write(page.render(colour: colour)) }

    func newPage() -> TextPage { TextPage(width: width) }

    func flush() {
        if failure == nil { failure = Self.writeAll(buffer, to: STDOUT_FILENO) }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Lines for a person on standard error; made safe like everything else.
    func note(_ text: String) {
        let lines = SafeText.lines(text).map { $0 + "\n" }.joined()
        _ = Self.writeAll(Array(lines.utf8), to: STDERR_FILENO)
    }

    /// One line for a person to answer, without its end.
    func prompt(_ text: String) {
        _ = Self.writeAll(Array(SafeText.line(text).utf8), to: STDERR_FILENO)
    }

    /// - Returns: the `errno` of the write that failed, or `nil`.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                return code
            }
            written += count
        }
        return nil
    }

    /// Lines longer than 100 cells are hard to read, fewer than 40 cannot be laid out.
    private static func terminalWidth() -> Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return min(100, max(40, Int(size.ws_col)))
    }
}
