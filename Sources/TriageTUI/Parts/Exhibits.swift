import HostInspection
import TrafficAnalysis
public import Triage

/// What the world showed apart from evidence: what the screens of captures, of this host and of
/// incidents are about.
public struct Exhibits: Sendable {
    /// A capture that is read, or was read in this run.
    struct Capture: Sendable {
        var path: String
        /// While it is read.
        var job: Int?
        /// How much was read, 0 to 1; `nil` when its length is not known.
        var share: Double?
        var glimpse: CaptureGlimpse?
        var run: CaptureRun?
        /// Whether it can be read again: packets of an interface need not have been saved.
        var isOnDisk = true
    }

    /// In the order in which they were asked for.
    var captures: [Capture] = []
    /// The captures of several points that were compared last.
    public internal(set) var comparison: ComparisonRun?
    var interfaces: CapturePlaces?
    /// The newest picture of this host.
    public internal(set) var host: HostPicture?
    /// Whether a look at this host is on its way.
    var isLooking = false
    var ledger: IncidentLedger?

    public init() {}

    mutating func change(job: Int, _ change: (inout Capture) -> Void) {
        if let place = captures.firstIndex(where: { $0.job == job }) { change(&captures[place]) }
    }

    func capture(at path: String) -> Capture? { captures.last { $0.path == path } }
}
