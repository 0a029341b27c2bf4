public import Casebook

/// What a probe did and saw.
public struct ProbeReport: Sendable {
    public var check: String
    public var target: ProbeTarget
    public var effect: EffectClass
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var start: Int64
    /// Nanoseconds.
    public var duration: Int64 = 0
    public var results: [AddressResult] = []
    /// In the order in which the connections were begun.
    public var timelines: [Timeline] = []
    public var evidence: [Evidence] = []
    public var measures: [Measure] = []
    /// What was sent and when, so that the probe itself can be ruled out as the cause.
    public var log: [LogEntry] = []
    /// Entries of the log and timelines that had no room.
    public var omitted = 0
    /// Why nothing could be looked at, for example a name without address or consent not given.
    public var failure: String?
    /// The operator ended it; what was known by then is here.
    public var interrupted = false

    public struct Measure: Hashable, Sendable {
        public var name: String
        public var value: Double
        public var unit: String
        /// `nil` when it is of the target as a whole.
        public var address: String?

        public init(name: String, value: Double, unit: String, address: String? = nil) {
            self.name = name
            self.value = value
            self.unit = unit
            self.address = address
        }
    }

    public struct LogEntry: Hashable, Sendable {
        /// Nanoseconds since 1970-01-01T00:00:00Z.
        public var time: Int64
        public var text: String
    }

    /// What one address, or one variant asked of it, showed.
    public struct AddressResult: Hashable, Sendable {
        public var address: String
        public var isGood: Bool
        /// One line; may hold bounded text from outside.
        public var summary: String
        public var details: [Detail] = []

        public init(address: String, isGood: Bool, summary: String, details: [Detail] = []) {
            self.address = address
            self.isGood = isGood
            self.summary = summary
            self.details = details
        }
    }

    public struct Detail: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = String(value.prefix(Self.longestValue))
        }

        static let longestValue = 2000
    }

    /// Findings of which nothing was said become unknown, with the reason.
    mutating func complete(_ findings: [FactID]) {
        let said = Set(evidence.map(\.id))
        let reason =
            failure ?? (interrupted ? "interrupted before it was looked at" : "not looked at")
        evidence += findings.filter { !said.contains($0) }.map {
            Evidence(
                id: $0, kind: .finding, state: .unknown, source: "probe:\(target)", summary: reason)
        }
    }
}
