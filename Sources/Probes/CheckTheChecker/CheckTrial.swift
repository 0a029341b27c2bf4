/// One run of an operator's health check against one local server.
public struct CheckTrial: Sendable {
    /// How the command ended.
    public enum End: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It was still running at the deadline and was killed with all it had started.
        case killed
        /// Somebody pressed ^C.
        case interrupted
    }

    public enum Verdict: String, Sendable {
        /// The good server passes, or the bad one fails.
        case right
        /// The bad server passes.
        case blind
        /// The good server fails.
        case falseAlarm = "false-alarm"
        /// Neither in the time that it was given.
        case hangs
        /// It sent something other than TLS, and the fault is one of TLS.
        case notApplicable = "not-applicable"
        /// It never connected, so its answer is about something else.
        case neverConnected = "never-connected"
        case interrupted
    }

    public var server: CheckedServer
    public var end: End
    public var seconds: Double
    /// What it printed, bounded; not safe for a terminal.
    public var output: String
    /// All that it printed, also what was not kept.
    public var outputBytes: Int
    public var behaviour: CheckBehaviour

    public var verdict: Verdict {
        if end == .interrupted { return .interrupted }
        if behaviour.connections == 0 { return .neverConnected }
        if end == .killed { return .hangs }
        let passed = end == .exited(0)
        if server == .good { return passed ? .right : .falseAlarm }
        if server.isAboutTLS, behaviour.opening == .plain { return .notApplicable }
        return passed ? .blind : .right
    }
}

/// What an operator's health check can see.
public struct CheckTheCheckerReport: Sendable {
    /// Something that a check does to the servers that it watches.
    public enum Habit: String, Sendable {
        /// It connects and says nothing: it sees that the kernel accepts, and no more.
        case saysNothing = "says-nothing"
        /// It keeps a connection open for a second or more without a byte.
        case holdsSilently = "holds-silently"
        /// It ends TLS by FIN or RST alone.
        case skipsCloseNotify = "skips-close-notify"
    }

    /// As it was given, with `{host}` and `{port}`.
    public var command: String
    public var trials: [CheckTrial]

    public var interrupted: Bool { trials.contains { $0.end == .interrupted } }

    /// Faults that the check lets pass, or does not tell in time.
    public var unseen: [CheckedServer] {
        trials.filter { $0.server != .good && ($0.verdict == .blind || $0.verdict == .hangs) }
            .map(\.server)
    }

    /// Faults of TLS that a check without TLS never meets.
    public var outOfReach: [CheckedServer] {
        trials.filter { $0.verdict == .notApplicable }.map(\.server)
    }

    /// Whether the check passes the good server: without that its failures say nothing.
    public var isMeaningful: Bool {
        trials.contains { $0.server == .good && $0.verdict == .right }
    }

    /// From what the good server saw.
    public var habits: [Habit] {
        guard let seen = trials.first(where: { $0.server == .good })?.behaviour,
            seen.connections > 0
        else { return [] }
        var habits: [Habit] = []
        if seen.opening == .nothing { habits.append(.saysNothing) }
        if seen.longestSilence >= 1 { habits.append(.holdsSilently) }
        if seen.handshakes > seen.closedByNotify { habits.append(.skipsCloseNotify) }
        return habits
    }
}
