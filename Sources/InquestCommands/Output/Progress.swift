import Glibc
import Triage

/// One line on standard error that says how far the work has come; at most 10 times a
/// second, only on a terminal, gone when the work is done.
struct Progress {
    private let active: Bool
    private let name: String
    private var lastShown: Int64 = 0
    private var shown = false

    /// Between two looks at the clock; a packet costs about 100 ns, so this is some 2 ms.
    private static let packetsBetweenLooks = 16_384
    private static let nanosecondsBetweenLines: Int64 = 100_000_000

    init(name: String, console: Console) {
        active = console.errorIsTerminal && !console.quiet
        self.name = DisplayWidth.cut(SafeText.line(name), to: 40)
        lastShown = Self.now()
    }

    mutating func update(packets: Int) {
        if packets % Self.packetsBetweenLooks == 0 { show(packets: packets) }
    }

    /// Looks at the clock each time.
    mutating func show(packets: Int) { show("\(packets) packets") }

    mutating func show(_ state: String) {
        guard active else { return }
        let now = Self.now()
        guard now - lastShown >= Self.nanosecondsBetweenLines else { return }
        lastShown = now
        shown = true
        let text = DisplayWidth.pad("\(name): \(state)", to: 70)
        _ = Console.writeAll(Array(("\r" + text).utf8), to: STDERR_FILENO)
    }

    func finish() {
        guard shown else { return }
        let blank = "\r" + String(repeating: " ", count: 70) + "\r"
        _ = Console.writeAll(Array(blank.utf8), to: STDERR_FILENO)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
