import Casebook
import TrafficAnalysis
import Triage

/// Files named on the command line that are one capture.
enum CaptureMerge {
    static func read(
        _ files: [String], keepsFlows: Bool = false, casebook: Casebook? = nil, _ console: Console
    ) throws(Failure) -> CaptureRun {
        var progress = Progress(name: "reading", console: console)
        defer { progress.finish() }
        do {
            var run = try CaptureRun(merging: files, keepsFlows: keepsFlows, casebook: casebook) {
                packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }
            // A pipe that waits looks like its end after ^C.
            if Interrupt.requested { run.interrupted = true }
            return run
        } catch {
            throw .capture(error)
        }
    }
}

extension CaptureCommand {
    func showMerge(_ run: Run) throws -> ExitStatus {
        let others = [
            ("--compare", compare), ("--interface", live.interface != nil),
        ].filter(\.1).map(\.0)
        if let other = others.first { throw Failure.contradictingFormats(["--merge", other]) }
        if files.filter({ $0 == "-" }).count > 1 { throw Failure.standardInputTwice }
        try writing.check(files)
        let merged = try CaptureMerge.read(files, keepsFlows: flows, run.console)
        show(merged, run.console)
        run.console.flush()
        try writing.save(merged.mergedFindings, of: [SliceInput(merged)], run)
        return merged.interrupted ? .interrupted : .done
    }
}
