public import CasebookFiles

/// Runs the examinations over seeds and says how the engine did.
public struct Evaluation {
    public struct Sizes: Sendable {
        public var still = 600
        public var dialogues = 200
        public var incidents = 300
        public var lessonTests = 600

        public init() {}
    }

    private let program: String
    private let seeds: [UInt64]
    private let sizes: Sizes
    private let print: (String) -> Void
    /// Targets missed so far.
    public private(set) var missed = 0

    /// - Parameter program: the built `inquest`.
    public init(
        program: String, seeds: [UInt64], sizes: Sizes = Sizes(), print: @escaping (String) -> Void
    ) {
        self.program = program
        self.seeds = seeds
        self.sizes = sizes
        self.print = print
    }

    /// - Parameter cases: targets hold for 60; for more the figures are told without.
    public mutating func madeUp(cases: Int) throws {
        var report = Report()
        let judge = cases == 60
        for seed in seeds {
            let engine = try EngineProcess(program: program)
            defer { engine.close() }
            let world = World(cases: cases, seed: seed)
            var exam = try Examination(world, engine: engine, seed: seed)
            try still(&exam, &report, judge: judge)
            try dialogues(&exam, &report, judge: judge)
            report.add(
                "reply p95, ms", 1000 * percentile(engine.waits, 0.95), .atMost(16))
            if judge {
                try policies(&exam, &report)
                try lesson(&exam, &report)
            }
        }
        missed += report.missed
        print(report.text("\(cases) made-up cases, 170 facts, seeds \(seeds)"))
    }

    /// The largest difference of a probability between the engine and the model written out, over
    /// some incidents of a made-up world; "none of these" counts too.
    public static func largestDifference(
        program: String, cases: Int, incidents: Int, seed: UInt64
    ) throws -> Double {
        let engine = try EngineProcess(program: program)
        defer { engine.close() }
        let world = World(cases: cases, seed: seed)
        var exam = try Examination(world, engine: engine, seed: seed)
        return try exam.largestDifference(
            from: PlainModel(world, sparesSmallFamilies: true), incidents)
    }

    public mutating func real(_ folder: CasebookFolder) throws {
        var report = Report()
        var judged: [Judged] = []
        for seed in seeds {
            guard let world = World(folder: folder, seed: seed) else { continue }
            let engine = try EngineProcess(program: program)
            defer { engine.close() }
            var exam = try Examination(world, engine: engine, seed: seed)
            judged += try still(&exam, &report, judge: false)
            judged += try dialogues(&exam, &report, judge: false)
        }
        print(report.text("the real casebook, one case in seven taken out, seeds \(seeds)"))
        print("  most often confused, of \(judged.count) incidents:")
        for item in Score(judged).confusions.prefix(8) {
            print("    \(item.count)x \(item.pair)")
        }
    }

    @discardableResult
    private func still(
        _ exam: inout Examination, _ report: inout Report, judge: Bool
    ) throws -> [Judged] {
        func target(_ target: Report.Target) -> Report.Target? { judge ? target : nil }
        let (first, rich) = (try exam.bundled(sizes.still), try exam.rich(sizes.still))
        let (early, late) = (Score(first.engine), Score(rich.engine))
        let both = first + rich
        report.add("reports + safe checks: top 1", early.top(1), target(.atLeast(0.70)))
        report.add("reports + safe checks: top 3", early.top(3), target(.atLeast(0.85)))
        report.add("rich evidence: top 1", late.top(1), target(.atLeast(0.80)))
        report.add("rich evidence: top 3", late.top(3), target(.atLeast(0.92)))
        report.add("rich evidence: AUC of none", late.noneArea, target(.atLeast(0.79)))
        report.add(
            "calibration error, both", Score(both.engine).calibrationError,
            target(.atMost(0.07)))
        for steps in [10, 40, .max] {
            let some = try exam.scattered(sizes.still / 2, steps: steps)
            let name = steps == .max ? "all" : "\(steps) random"
            report.add("(reports + \(name) steps): top 1", Score(some.engine).top(1))
        }
        report.add("area of unlisted causes named", mean(both.areaRight.map { $0 ? 1 : 0 }))
        compare(both, &report, judge: judge)
        return both.engine
    }

    /// Beside plainer models on the same evidence; `reference` is the same model without grids.
    private func compare(
        _ still: Examination.Still, _ report: inout Report, judge: Bool
    ) {
        let engine = Score(still.engine)
        for kind in PlainModel.Kind.allCases {
            guard let judged = still.plain[kind] else { continue }
            let plain = Score(judged)
            func row(_ what: String, _ gain: Double, _ target: Report.Target) {
                report.add(
                    "against \(kind.rawValue): \(what)", gain,
                    judge && kind == .reference ? target : nil)
            }
            row("top 1", engine.top(1) - plain.top(1), .atLeast(-0.02))
            row("top 3", engine.top(3) - plain.top(3), .atLeast(-0.02))
            row("AUC of none", engine.noneArea - plain.noneArea, .atLeast(-0.02))
            row("Brier score", engine.brier - plain.brier, .atMost(0.02))
            row("log loss", engine.logLoss - plain.logLoss, .atMost(0.06))
        }
    }

    @discardableResult
    private func dialogues(
        _ exam: inout Examination, _ report: inout Report, judge: Bool
    ) throws -> [Judged] {
        func target(_ target: Report.Target) -> Report.Target? { judge ? target : nil }
        let talks = try exam.dialogues(sizes.dialogues)
        let score = Score(talks.map(\.judged))
        let sure = score.sure(0.85)
        report.add("dialogue: top 1", score.top(1), target(.atLeast(0.85)))
        report.add("dialogue: top 3", score.top(3), target(.atLeast(0.92)))
        report.add("dialogue: calibration error", score.calibrationError, target(.atMost(0.10)))
        report.add("right when it says 0.85", sure.right, target(.atLeast(0.89)))
        report.add("share of such", sure.share, target(.atLeast(0.60)))
        add(talks, "dialogue", &report, judge: judge)
        return talks.map(\.judged)
    }

    private func add(
        _ talks: [Examination.Conversation], _ name: String, _ report: inout Report, judge: Bool
    ) {
        func row(_ what: String, _ values: [Double], _ most: Double) {
            report.add("\(name): \(what)", mean(values), judge ? .atMost(most) : nil)
        }
        row("steps after the bundle", talks.map { Double($0.moves) }, 9)
        row("questions", talks.map { Double($0.questions) }, 5)
        row("cost, seconds", talks.map(\.cost), 280)
    }

    /// What simpler ways to choose the next step would have cost, for comparison.
    private func policies(_ exam: inout Examination, _ report: inout Report) throws {
        for policy in [Policy.checklist, .random] {
            let talks = try exam.dialogues(sizes.dialogues, policy)
            report.add("(\(policy.rawValue)): top 1", Score(talks.map(\.judged)).top(1))
            add(talks, "(\(policy.rawValue))", &report, judge: false)
        }
    }

    private func lesson(_ exam: inout Examination, _ report: inout Report) throws {
        let lesson = try exam.lesson(incidents: sizes.incidents, tests: sizes.lessonTests)
        let (cold, learned, poisoned) = (lesson.cold, lesson.learned, lesson.poisoned)
        report.add("shifted site, cold: top 1", cold.top(1))
        report.add("learning: top 1 gained", learned.top(1) - cold.top(1), .atLeast(0.05))
        report.add("learning: log loss saved", cold.logLoss - learned.logLoss, .atLeast(0.25))
        report.add(
            "25 % wrong confirmations: top 1 lost", learned.top(1) - poisoned.top(1),
            .atMost(0.03))
        report.add(
            "25 % wrong confirmations: log loss added", poisoned.logLoss - learned.logLoss,
            .atMost(0.08))
        report.add(
            "(without those confirmations: added)", lesson.thinned.logLoss - learned.logLoss)
    }
}
