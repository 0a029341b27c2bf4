/// Where /proc, /sys and /etc are looked for: the live host, or a recorded tree of another one.
public struct HostRoot: Hashable, Sendable {
    /// Without a slash at its end; empty for the live host.
    public let folder: String

    /// - Parameter folder: holds `proc/`, `sys/` and `etc/`; `/` or empty for the live host.
    public init(folder: String = "") {
        var folder = folder
        while folder.hasSuffix("/") { folder.removeLast() }
        self.folder = folder
    }

    /// Whether netlink and system calls speak of the same host as the files.
    public var isLive: Bool { folder.isEmpty }

    /// - Parameter path: absolute, for example `/proc/net/snmp`.
    public func path(_ path: String) -> String { folder + path }
}
