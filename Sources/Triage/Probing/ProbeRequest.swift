public import Casebook
public import Probes

/// What is to be probed, and how.
public struct ProbeRequest: Sendable {
    /// A target and the probes it gets.
    public struct Job: Sendable {
        public var target: ProbeTarget
        public var probes: [any Probe.Type]
        /// Whether somebody named the probes; otherwise they are a bundle.
        public var isNamed: Bool

        public init(target: ProbeTarget, probes: [any Probe.Type], isNamed: Bool = false) {
            self.target = target
            self.probes = probes
            self.isNamed = isNamed
        }
    }

    public var jobs: [Job]
    public var options: ProbeOptions
    /// Probes at one time; at most one that puts load on somebody.
    public var inFlight = 64
    /// Whether our own packets are to be watched, where this user may capture.
    public var watchesPackets = false

    public init(jobs: [Job], options: ProbeOptions) {
        self.jobs = jobs
        self.options = options
    }
}

/// The probes that a target gets when nobody names any.
public struct ProbeBundle: Sendable {
    /// A probe that is left out, and why.
    public struct Omission: Sendable {
        public var probe: any Probe.Type
        public var reason: Reason
    }

    public enum Reason: Equatable, Sendable {
        /// It may take so many seconds.
        case tooLong(Double)
        /// It has a more harmful effect than is allowed, or may harm and must be named.
        case effect(EffectClass)
    }

    public var chosen: [any Probe.Type] = []
    public var omitted: [Omission] = []

    /// An operator waits for a bundle, so a probe of minutes must be asked for by name.
    public static let longest = 60.0

    /// - Parameter target: probes that have no question to its scheme are not mentioned at all.
    public init(for target: ProbeTarget, _ options: ProbeOptions) {
        for probe in ProbeList.all where probe.schemes.contains(target.scheme) {
            let seconds = probe.usualSeconds(target, options)
            if probe.effect > min(options.allowed, .load) {
                omitted.append(Omission(probe: probe, reason: .effect(probe.effect)))
            } else if seconds > Self.longest {
                omitted.append(Omission(probe: probe, reason: .tooLong(seconds)))
            } else {
                chosen.append(probe)
            }
        }
    }
}

extension Probe {
    /// Seconds of one attempt at a target that answers; nearly all do within that.
    private static var promptAttempt: Double { 0.25 }

    /// How long it takes where nobody makes it wait, as far as its plan tells: what it takes by
    /// design, and attempts that are answered.
    static func usualSeconds(_ target: ProbeTarget, _ options: ProbeOptions) -> Double {
        var options = options
        options.timeout = min(options.timeout, promptAttempt)
        return plan(target, options, addresses: 1).seconds
    }
}
