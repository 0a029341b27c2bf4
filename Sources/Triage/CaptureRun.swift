public import Casebook
import Dissection
public import PacketCapture
public import TrafficAnalysis

/// Reads one capture from its first packet to its last and analyses it on the way.
public struct CaptureRun: Sendable {
    public var report: CaptureReport
    /// What the cases' own questions came to.
    public private(set) var customFindings: [Evidence] = []
    /// Whether somebody stopped it before the end of the file, or of the time asked for.
    public var interrupted: Bool
    /// What went wrong around the packets of a live capture.
    public var liveWarnings: [Warning] = []

    /// The files of a merge; empty for a capture by itself.
    public private(set) var files: [String] = []
    /// What was found in a merge, its packets cited by their numbers in it.
    public private(set) var mergedFindings: [Evidence] = []

    /// Comments and names in the file.
    public private(set) var notes = CaptureNotes()

    /// What makes the result less than it should be.
    public var warnings: [Warning] { liveWarnings + report.warnings }

    /// - Parameters:
    ///   - path: a pcap or pcapng file, `-` for standard input.
    ///   - needs: what the report is to list; without, memory stays small.
    ///   - casebook: whose cases' own questions are asked; they need the flows for a while.
    ///   - digests: how many flows the report lists by trouble.
    ///   - watch: shown what there is so far.
    ///   - goOn: asked after each packet with the number read so far; `false` ends the reading,
    ///     and what was seen until then is the result.
    public init(
        path: String, needs: CaptureNeeds = CaptureNeeds(), casebook: Casebook? = nil,
        digests: Int = 0,
        watch: CaptureWatch? = nil, goOn: (Int) -> Bool
    ) throws(CaptureError) {
        var reader = try CaptureReader(path: path)
        let questions = casebook?.customFindings(of: .capture) ?? []
        let asked = CustomQuestions.needs(questions)
        var analysis = CaptureAnalysis(
            file: path, keepsFlows: needs.flows || asked.flows, digests: digests,
            rows: max(needs.rows, asked.rows))
        var stopped = false
        let isPlain = reader.compression == nil
        var progress = watch.map { _ in ReadingProgress(path: isPlain ? path : nil) }
        let facts = try reader.forEachPacket(
            expecting: { link, packet in analysis.expect(packet, link: link) }
        ) { record, bytes in
            analysis.packet(
                bytes, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            if let watch {
                progress?.add(record)
                if watch.isTime(record.number) {
                    watch.show(progress?.share, analysis.glimpse())
                }
            }
            stopped = !goOn(record.number)
            return !stopped
        }
        interrupted = stopped
        report = analysis.finish(CaptureSource(facts))
        notes = facts.notes
        let packets = report.packets
        answer(questions, keepsLists: needs != CaptureNeeds()) { goOn(packets) }
    }

    /// Reads several files as one capture, in the order of time: flows go over their borders.
    ///
    /// Findings cite packets by the file that they are in and their number there; flows are counted
    /// through all files.
    public init(
        merging paths: [String], keepsFlows: Bool = false, casebook: Casebook? = nil,
        goOn: (Int) -> Bool
    ) throws(CaptureError) {
        var reader = try MergedCapture(paths: paths)
        let questions = casebook?.customFindings(of: .capture) ?? []
        let asked = CustomQuestions.needs(questions)
        var analysis = CaptureAnalysis(
            file: Self.name(of: paths), keepsFlows: keepsFlows || asked.flows, rows: asked.rows)
        var stopped = false
        let facts = try reader.forEachPacket { record, bytes in
            analysis.packet(
                bytes, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            stopped = !goOn(record.number)
            return !stopped
        }
        interrupted = stopped
        report = analysis.finish(CaptureSource(facts))
        notes = facts.notes
        files = paths
        mergedFindings = report.findings
        let packets = report.packets
        answer(questions, keepsLists: keepsFlows) { goOn(packets) }
        let origins = reader.origins
        report.cite { origins[$0] }
        CaptureReport.cite(&customFindings) { origins[$0] }
    }

    /// `a.pcap0 and 2 more`
    static func name(of paths: [String]) -> String {
        guard let first = paths.first, paths.count > 1 else { return paths.first ?? "" }
        return "\(first) and \(paths.count - 1) more"
    }

    init(report: CaptureReport, interrupted: Bool, liveWarnings: [Warning]) {
        self.report = report
        self.interrupted = interrupted
        self.liveWarnings = liveWarnings
    }

    /// Asks what cases want to know, then gives the lists back when nobody else wants them.
    mutating func answer(
        _ questions: [(id: FactID, finding: CustomFinding)], keepsLists: Bool, goOn: () -> Bool
    ) {
        if questions.isEmpty { return }
        customFindings = withoutActuallyEscaping(goOn) { goOn in
            CustomQuestions.ask(
                questions, ObservationSources(captures: [report]), as: "capture:\(report.file)",
                goOn: goOn)
        }
        if !keepsLists { report.forgetLists() }
    }
}

extension CaptureSource {
    init(_ facts: CaptureFacts) {
        self.init(
            format: facts.format, linkTypes: facts.linkTypes.map(\.name),
            cutShort: facts.cutShortReason, droppedPackets: facts.missedPackets ?? 0,
            compression: facts.compression?.rawValue)
        reorderedPackets = facts.reorderedPackets
    }
}

/// Somebody who looks on while a capture is read.
public struct CaptureWatch {
    /// Asked after each packet with the number read so far.
    public var isTime: (Int) -> Bool
    /// How much of the file was read, 0 to 1 (`nil` when its length is not known), and what it
    /// shows so far.
    public var show: (Double?, CaptureGlimpse) -> Void

    public init(
        isTime: @escaping (Int) -> Bool, show: @escaping (Double?, CaptureGlimpse) -> Void
    ) {
        self.isTime = isTime
        self.show = show
    }
}
