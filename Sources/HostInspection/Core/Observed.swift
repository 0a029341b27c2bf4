/// What was read, or why it could not be: a thing that was not looked at is never "not there".
public enum Observed<Value: Sendable>: Sendable {
    case known(Value)
    case unknown(Obstacle)

    /// `nil` when unknown.
    public var value: Value? {
        if case .known(let value) = self { value } else { nil }
    }

    /// `nil` when known.
    public var obstacle: Obstacle? {
        if case .unknown(let obstacle) = self { obstacle } else { nil }
    }

    /// The same obstacle, or what `transform` makes of the value.
    public func map<Other: Sendable>(_ transform: (Value) -> Other) -> Observed<Other> {
        switch self {
        case .known(let value): .known(transform(value))
        case .unknown(let obstacle): .unknown(obstacle)
        }
    }

    /// The same obstacle, or what `transform` finds out with the value.
    public func flatMap<Other: Sendable>(
        _ transform: (Value) -> Observed<Other>
    ) -> Observed<Other> {
        switch self {
        case .known(let value): transform(value)
        case .unknown(let obstacle): .unknown(obstacle)
        }
    }
}

extension Observed: Equatable where Value: Equatable {}
extension Observed: Hashable where Value: Hashable {}

/// Why something could not be read.
public struct Obstacle: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, CaseIterable, Sendable, Codable {
        /// The file is not there: another kernel, no /proc, a container without it.
        case missing
        case notPermitted = "not-permitted"
        /// It was read and is not what the kernel writes.
        case malformed
        /// It ends before it should, or is larger than we read.
        case truncated
        /// The process ended while we read.
        case vanished
        /// This kernel, or this way of looking, cannot tell.
        case unsupported
        case timedOut = "timed-out"
        /// It needs a second look (`--watch`), or one later after the first.
        case needsSecondLook = "needs-second-look"
        /// It needs to be told something: which process, port or remote; `detail` is the option.
        case needsScope = "needs-scope"
        /// The system call failed in another way; `detail` holds its error.
        case failed
    }

    public var reason: Reason
    /// The file, call or table, for example `/proc/net/snmp`.
    public var subject: String
    /// The system's own words, or what was wrong; may be empty.
    public var detail: String

    public init(_ reason: Reason, _ subject: String, _ detail: String = "") {
        self.reason = reason
        self.subject = subject
        self.detail = detail
    }

    /// How the description ends when nothing but another look is missing.
    public static let secondLook = "needs a second look (--watch)"
    /// What comes before the option in the description, when nothing but that is missing.
    public static let notGiven = "was not given"

    public var description: String {
        let text =
            switch reason {
            case .missing: "\(subject) is not there"
            case .notPermitted: "no permission to read \(subject)"
            case .malformed: "\(subject) is not in a form that we know"
            case .truncated: "\(subject) is cut short"
            case .vanished: "\(subject) went away while it was read"
            case .unsupported: "\(subject) cannot be told here"
            case .timedOut: "\(subject) did not answer in time"
            case .needsSecondLook: "\(subject) \(Self.secondLook)"
            case .needsScope: "\(subject) \(Self.notGiven)"
            case .failed: "\(subject) could not be read"
            }
        return detail.isEmpty ? text : text + ": " + detail
    }
}
