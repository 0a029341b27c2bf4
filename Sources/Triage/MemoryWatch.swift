import Glibc

/// Looks now and then how much memory this process has taken (`/proc/self/statm`, proc(5)).
struct MemoryWatch {
    private static let pause = Duration.milliseconds(500)
    private let limit: Int
    private var next = ContinuousClock.now
    private var exceeded: Int?

    /// - Parameter limit: in bytes, of all that is resident.
    init(limit: Int) { self.limit = limit }

    mutating func isExceeded() -> Bool {
        if exceeded != nil { return true }
        let now = ContinuousClock.now
        guard now >= next else { return false }
        next = now + Self.pause
        if let used = Self.resident(), used > limit { exceeded = used }
        return exceeded != nil
    }

    /// `nil` while there is room.
    var words: String? {
        exceeded.map {
            "the capture ended early: it took \(Figures.bytes(UInt64($0))) of memory, more than the "
                + "limit of \(Figures.bytes(UInt64(limit)))"
        }
    }

    /// In bytes; `nil` where the kernel does not tell.
    private static func resident() -> Int? {
        guard let bytes = try? InputFile.read("/proc/self/statm", limit: 1_000) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return fields.count > 1
            ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
}
