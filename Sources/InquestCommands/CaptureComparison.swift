import Casebook
import TrafficAnalysis
import Triage

/// Captures of several points named on the command line.
enum CaptureComparison {
    static func check(_ files: [String]) throws(Failure) {
        if !ComparisonRun.pointLimits.contains(files.count) {
            throw .pointsToCompare(files.count)
        }
        if files.filter({ $0 == "-" }).count > 1 { throw .standardInputTwice }
    }

    /// - Parameter analyses: whether each is analysed by itself, too.
    static func read(
        _ files: [String], analyses: Bool, casebook: Casebook? = nil, _ console: Console
    ) throws(Failure) -> ComparisonRun {
        var progress = Progress(name: "reading", console: console)
        defer { progress.finish() }
        do {
            return try ComparisonRun(paths: files, analyses: analyses, casebook: casebook) {
                file, packets in
                if packets % 16_384 == 0 { progress.show("\(file), \(packets) packets") }
                return !Interrupt.requested
            }
        } catch {
            throw .capture(error)
        }
    }
}

extension CaptureCommand {
    func showComparison(_ run: Run) throws -> ExitStatus {
        let others = [
            ("--flows", flows), ("--interface", live.interface != nil),
        ].filter(\.1).map(\.0)
        if let other = others.first { throw Failure.contradictingFormats(["--compare", other]) }
        try CaptureComparison.check(files)
        try writing.check(files)
        let comparison = try CaptureComparison.read(files, analyses: false, run.console)
        if json || ndjson {
            run.console.write(ComparisonJSON.document(comparison))
        } else {
            run.console.write(ComparisonText(run: comparison).page(run.console.newPage()))
        }
        run.console.flush()
        if let svg {
            // The text shows a few; a drawing is of one, the first of them.
            guard let path = comparison.comparison.troubled.first else {
                throw Failure.nothingToDraw
            }
            let names = comparison.comparison.points.map(\.name)
            let figure = PathFigure.draw(path, points: names)
            try OutputFile.write(ReportSVG.file(figure), to: svg)
        }
        try writing.save(comparison.comparison.findings, of: files.map(SliceInput.init(file:)), run)
        return comparison.interrupted ? .interrupted : .done
    }
}
