import PacketCapture
import TrafficAnalysis
import Triage

extension CaptureCommand {
    /// One flow of one file, packet by packet.
    func showLadder(_ flow: Int, _ run: Run) throws(Failure) -> ExitStatus {
        guard let file = files.first, files.count == 1, live.interface == nil else {
            throw .ladderOfSeveral(files.count)
        }
        guard OutputFile.isRegular(file) || !OutputFile.exists(file) else {
            throw .ladderOfStream(file)
        }
        guard let trace = try trace(flow, file, run.console) else { return .interrupted }
        let ladder = FlowLadder(trace)
        if let svg {
            let figure = LadderFigure.draw(ladder, file: file, limit: Self.mostRows)
            try OutputFile.write(ReportSVG.file(figure), to: svg)
        }
        run.console.write(LadderText(ladder: ladder).page(run.console.newPage()))
        return .done
    }

    /// Rows of a drawing; a browser shows some ten thousand units of height without trouble.
    private static let mostRows = 2_000

    private func trace(
        _ flow: Int, _ file: String, _ console: Console
    ) throws(Failure) -> FlowTrace? {
        var progress = Progress(name: file, console: console)
        defer { progress.finish() }
        do {
            return try FlowReading.trace(.flow(flow), path: file, cited: nil) { packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }
        } catch {
            switch error {
            case .capture(let fault): throw .capture(fault)
            case .notThere: throw .noSuchFlow(flow, file: file)
            }
        }
    }
}

/// A ladder for a terminal; lines without boxes and arrows of Unicode for `--plain`.
struct LadderText {
    let ladder: FlowLadder

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        let width = page.width ?? 80
        let trace = ladder.trace
        page.paragraph(
            "Flow \(trace.flow): \(Figures.plural(trace.total, "packet")); seconds, packet number",
            style: .bold)
        page.line(ladder.heading(width: width))
        for row in ladder.rows.indices {
            let text = ladder.text(row, width: width, with: page.width == nil ? .ascii : .box)
            page.line(
                .init(text: text.margin, style: .dim),
                .init(text: text.body, style: text.isTrouble ? .alarm : .plain))
        }
        return page
    }
}
