public import Casebook

/// What a check in the world came back with.
public struct CheckOutcome: Sendable {
    public var evidence: [Evidence]
    public var warnings: [Warning]
    /// Whether somebody ended it before its end.
    public var interrupted: Bool

    public init(_ evidence: [Evidence], warnings: [Warning] = [], interrupted: Bool = false) {
        self.evidence = evidence
        self.warnings = warnings
        self.interrupted = interrupted
    }

    public init(_ run: HostRun) {
        self.init(run.findings, warnings: run.warnings, interrupted: run.interrupted)
    }

    public init(_ reports: [TargetReport]) {
        self.init(
            reports.flatMap(\.evidence), interrupted: reports.contains(where: \.interrupted))
    }
}
