internal import Casebook

/// All analyzers of one capture at their work.
///
/// By reference: to change a value behind `any Analyzer` asks each time whether its box is shared,
/// and an array retains each element that is called. Of every flow once an analyzer, the two were a
/// fifth of what a flow's end costs (callgrind).
struct RunningAnalyzers {
    private var running: [RunningAnalyzer]
    /// The same, uncounted; `running` holds them.
    private var uncounted: [Unmanaged<RunningAnalyzer>]

    init() { self.init(analyzers.map { Self.start($0) }) }

    private init(_ running: [RunningAnalyzer]) {
        self.running = running
        uncounted = running.map { Unmanaged.passUnretained($0) }
    }

    private static func start(_ type: (some Analyzer).Type) -> RunningAnalyzer {
        Running(type.init())
    }

    func visit(_ flow: FlowFacts) {
        for analyzer in uncounted { analyzer._withUnsafeGuaranteedRef { $0.visit(flow) } }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        running.flatMap { $0.conclude(capture) }
    }

    /// The same so far; what they are shown from here on the others do not see.
    func copy() -> RunningAnalyzers { RunningAnalyzers(running.map { $0.copy() }) }
}

private class RunningAnalyzer {
    func visit(_ flow: FlowFacts) {}
    func conclude(_ capture: CaptureContext) -> [Evidence] { [] }
    func copy() -> RunningAnalyzer { self }
}

private final class Running<Kind: Analyzer>: RunningAnalyzer {
    /// Nobody else can reach it while it is asked.
    @exclusivity(unchecked) private var analyzer: Kind

    init(_ analyzer: Kind) { self.analyzer = analyzer }

    override func visit(_ flow: FlowFacts) { analyzer.visit(flow) }
    override func conclude(_ capture: CaptureContext) -> [Evidence] { analyzer.conclude(capture) }
    override func copy() -> RunningAnalyzer { Running(analyzer) }
}
