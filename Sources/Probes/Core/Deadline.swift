internal import Glibc

/// Nanoseconds of CLOCK_MONOTONIC.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static var now: MonotonicInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func - (left: MonotonicInstant, right: MonotonicInstant) -> Int64 {
        left.nanoseconds - right.nanoseconds
    }

    func adding(seconds: Double) -> MonotonicInstant {
        // A year is longer than anything waits here and far from the end of Int64.
        let bounded = seconds.isFinite ? min(max(seconds, 0), 31_536_000) : 31_536_000
        return MonotonicInstant(nanoseconds: nanoseconds + Int64(bounded * 1e9))
    }
}

/// The instant by which a wait must have ended.
struct Deadline: Hashable, Sendable {
    let instant: MonotonicInstant

    init(_ instant: MonotonicInstant) { self.instant = instant }

    static func after(seconds: Double) -> Deadline { Deadline(.now.adding(seconds: seconds)) }

    /// The earlier of this deadline and `seconds` from now.
    func within(seconds: Double) -> Deadline {
        Deadline(min(instant, .now.adding(seconds: seconds)))
    }

    /// Put off by nanoseconds.
    func later(by nanoseconds: Int64) -> Deadline {
        Deadline(MonotonicInstant(nanoseconds: instant.nanoseconds + nanoseconds))
    }

    var hasPassed: Bool { MonotonicInstant.now >= instant }

    /// For poll(2), rounded up; zero once the deadline has passed.
    var remainingMilliseconds: Int32 {
        Int32(clamping: (max(0, instant - .now) + 999_999) / 1_000_000)
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z by the host's clock.
func wallClock() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
