internal import Glibc

/// Looks at a host. Blocks for up to a second or so: call it on a thread of its own.
///
/// Changes nothing: loads no kernel module, resets no counter, sends no packet.
public struct HostInspector: Sendable {
    public var root: HostRoot
    public var scope: HostScope

    public init(root: HostRoot = HostRoot(), scope: HostScope = HostScope()) {
        self.root = root
        self.scope = scope
    }

    /// One look. What cannot be read is in the snapshot as unknown, with the reason.
    public func look() -> HostSnapshot {
        var snapshot = HostSnapshot()
        snapshot.time = Self.now(CLOCK_REALTIME)
        snapshot.sinceBoot = Self.now(CLOCK_BOOTTIME)
        let kernel = HostFile.text(root.path("/proc/sys/kernel/osrelease"), limit: 256)
        snapshot.kernel =
            kernel.value?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return snapshot
    }

    /// Nanoseconds of a clock.
    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
