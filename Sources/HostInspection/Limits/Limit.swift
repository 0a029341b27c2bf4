/// Something that can run out, and how much of it is used.
public struct Limit: Hashable, Sendable {
    /// `files.system`, `files.process`, `ports.ephemeral`, `conntrack.entries`, `memory.cgroup` …
    public var name: String
    /// Whose limit it is: empty for the host, else `pid 12 (nginx)`, a cgroup, an address.
    public var subject: String
    public var used: Observed<UInt64>
    /// `.known(nil)`: unlimited.
    public var maximum: Observed<UInt64?>
    /// `count`, `bytes`, `percent`.
    public var unit: String

    public init(
        name: String, subject: String = "", used: Observed<UInt64>,
        maximum: Observed<UInt64?>, unit: String = "count"
    ) {
        self.name = name
        self.subject = subject
        self.used = used
        self.maximum = maximum
        self.unit = unit
    }

    /// 0 to 1 or more; `nil` when something is unknown or there is no limit.
    public var share: Double? {
        guard let used = used.value, case .known(let maximum?) = maximum, maximum > 0 else {
            return nil
        }
        return Double(used) / Double(maximum)
    }
}
