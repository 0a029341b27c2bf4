public import Casebook

/// What a capture shows while it is still being read; only flows that are over count.
public struct CaptureGlimpse: Sendable {
    public var packets: Int
    public var flows: Int
    /// Those that are present so far; only the end of the capture decides.
    public var findings: [Evidence]
    public var timeline: TrafficTimeline
    /// The flows in most trouble so far.
    public var worst: [FlowDigest]
}

extension CaptureAnalysis {
    private static let glimpsed = 100

    public func glimpse() -> CaptureGlimpse {
        var timeline = tables.timeline
        timeline.finish(lastTime)
        return CaptureGlimpse(
            packets: packets, flows: table.count,
            findings: examination.conclude(examination.context(self)).filter {
                $0.state == .present
            },
            timeline: timeline, worst: examination.digests?.worst(Self.glimpsed) ?? [])
    }

    /// The findings that the report would call present if the capture ended now: connections that
    /// are still open count as they are. Takes time by the flows that are held.
    public func findingsSoFar() -> [Evidence] {
        var (examination, tables) = (examination.copy(), tables)
        for place in 0..<table.open {
            examination.visit(table[place], table.key(place), &tables, captureEnd: lastTime)
        }
        return examination.conclude(examination.context(self)).filter { $0.state == .present }
    }
}
