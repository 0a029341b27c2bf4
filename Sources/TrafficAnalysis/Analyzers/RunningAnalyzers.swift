internal import Casebook

/// All analyzers of one capture at their work.
///
/// By reference: to change a value behind `any Analyzer` asks each time whether its box is shared,
/// and an array retains each element that is called. Of every flow once an analyzer, the two were a
/// fifth of what a flow's end costs (callgrind).
///
/// Some flows at a time go through one analyzer, then through the next: the code of all is larger
/// than the processor's first cache, and flow by flow it was fetched anew for each. That was two
/// fifths of all the misses of that cache, and 1 to 3 % of the time (1 million packets, 36,700 flows).
final class RunningAnalyzers {
    private let running: [RunningAnalyzer]
    /// The same, uncounted; `running` holds them.
    private let uncounted: [Unmanaged<RunningAnalyzer>]
    /// To be shown. Nobody else can reach them while they change.
    @exclusivity(unchecked) private var flows: [FlowFacts] = []
    private static let flowsAtATime = 32

    convenience init() { self.init(analyzers.map { Self.start($0) }) }

    private init(_ running: [RunningAnalyzer]) {
        self.running = running
        uncounted = running.map { Unmanaged.passUnretained($0) }
    }

    private static func start(_ type: (some Analyzer).Type) -> RunningAnalyzer {
        Running(type.init())
    }

    func visit(_ flow: FlowFacts) {
        flows.append(flow)
        if flows.count == Self.flowsAtATime { show() }
    }

    private func show() {
        // `flows` holds them.
        let shown = flows.map { Unmanaged.passUnretained($0) }
        for analyzer in uncounted { analyzer._withUnsafeGuaranteedRef { $0.visit(shown) } }
        flows.removeAll(keepingCapacity: true)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        show()
        return running.flatMap { $0.conclude(capture) }
    }

    /// The same so far; what they are shown from here on the others do not see.
    func copy() -> RunningAnalyzers {
        show()
        return RunningAnalyzers(running.map { $0.copy() })
    }
}

private class RunningAnalyzer {
    func visit(_ flows: [Unmanaged<FlowFacts>]) {}
    func conclude(_ capture: CaptureContext) -> [Evidence] { [] }
    func copy() -> RunningAnalyzer { self }
}

private final class Running<Kind: Analyzer>: RunningAnalyzer {
    /// Nobody else can reach it while it is asked.
    @exclusivity(unchecked) private var analyzer: Kind

    init(_ analyzer: Kind) { self.analyzer = analyzer }

    override func visit(_ flows: [Unmanaged<FlowFacts>]) {
        for flow in flows { flow._withUnsafeGuaranteedRef { analyzer.visit($0) } }
    }
    override func conclude(_ capture: CaptureContext) -> [Evidence] { analyzer.conclude(capture) }
    override func copy() -> RunningAnalyzer { Running(analyzer) }
}
