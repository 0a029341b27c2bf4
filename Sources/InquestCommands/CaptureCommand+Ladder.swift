import PacketCapture
import TrafficAnalysis
import Triage

extension CaptureCommand {
    /// One flow of one capture, packet by packet.
    func showLadder(_ flow: Int, _ run: Run) throws(Failure) -> ExitStatus {
        guard let file = files.first, files.count == 1 || merge, live.interface == nil else {
            throw .ladderOfSeveral(files.count)
        }
        for file in files where !OutputFile.isRegular(file) && OutputFile.exists(file) {
            throw .ladderOfStream(file)
        }
        guard let read = try trace(flow, run.console) else { return .interrupted }
        let ladder = FlowLadder(read.trace)
        if let svg {
            let figure = LadderFigure.draw(ladder, file: file, limit: Self.mostRows)
            try OutputFile.write(ReportSVG.file(figure), to: svg)
        }
        var page = LadderText(ladder: ladder).page(run.console.newPage())
        if let origins = read.origins { page.say(whereFrom: read.trace, origins) }
        run.console.write(page)
        return .done
    }

    /// Rows of a drawing; a browser shows some ten thousand units of height without trouble.
    private static let mostRows = 2_000

    private func trace(
        _ flow: Int, _ console: Console
    ) throws(Failure) -> (trace: FlowTrace, origins: PacketOrigins?)? {
        var progress = Progress(name: merge ? "reading" : files[0], console: console)
        defer { progress.finish() }
        func goOn(_ packets: Int) -> Bool {
            progress.update(packets: packets)
            return !Interrupt.requested
        }
        do {
            if merge { return try FlowReading.trace(.flow(flow), merging: files, goOn: goOn) }
            let trace = try FlowReading.trace(
                .flow(flow), path: files[0], cited: nil, goOn: goOn)
            return trace.map { (trace: $0, origins: nil) }
        } catch {
            switch error {
            case .capture(let fault): throw .capture(fault)
            case .notThere: throw .noSuchFlow(flow, file: files.joined(separator: ", "))
            }
        }
    }
}

extension TextPage {
    /// Of a flow that goes over several files: which of its packets are where.
    fileprivate mutating func say(whereFrom trace: FlowTrace, _ origins: PacketOrigins) {
        paragraph("Packets count through all files:", style: .dim)
        for part in MergedParts(trace.packets.map(\.number), origins).parts.prefix(50) {
            line("  \(part.text)", .dim)
        }
    }
}

/// Runs of packets of a merge that are of one file and count on there.
struct MergedParts {
    struct Part {
        var file: String
        /// In the merge, and in the file.
        var numbers: ClosedRange<Int>
        var inFile: ClosedRange<Int>

        var text: String {
            func range(_ range: ClosedRange<Int>) -> String {
                range.count == 1
                    ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            }
            let name = SafeText.line(file)
            return numbers == inFile
                ? "\(range(numbers)) in \(name)"
                : "\(range(numbers)) are \(range(inFile)) of \(name)"
        }
    }

    private(set) var parts: [Part] = []

    /// - Parameter numbers: of packets in the merge, growing.
    init(_ numbers: [Int], _ origins: PacketOrigins) {
        for number in numbers {
            guard let origin = origins[number] else { continue }
            if let last = parts.last, last.file == origin.file,
                number - last.numbers.lowerBound == origin.number - last.inFile.lowerBound
            {
                parts[parts.count - 1].numbers = last.numbers.lowerBound...number
                parts[parts.count - 1].inFile = last.inFile.lowerBound...origin.number
            } else {
                parts.append(
                    Part(
                        file: origin.file, numbers: number...number,
                        inFile: origin.number...origin.number))
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
