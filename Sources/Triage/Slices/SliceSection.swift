import Casebook
import Dissection
import PacketCapture
import Redaction
import TrafficAnalysis

/// What a slice takes from one capture.
struct SliceSection {
    private let input: SliceInput
    private var file: String { input.name }
    /// What the file is called in comments.
    let name: String
    let traffic: CitedTraffic
    /// Of the file that is read.
    let snapLength: Int
    /// What is taken besides cited flows, so that the slice shows what the capture shows.
    private(set) var breadth: PickBreadth
    /// Findings that the slice alone does not show as the capture does.
    private(set) var missing: [FactID] = []
    private let isNamed: Bool
    private let citations: Citations
    private let origins: PacketOrigins?

    /// Reads the file to the last packet that is cited, and then as often as it takes to know that
    /// the slice will show the same findings.
    init(
        _ evidence: [Evidence], of input: SliceInput, name: String?, isWhole: Bool,
        _ goOn: (String, Int) -> Bool
    ) throws(CaptureSlice.Fault) {
        self.input = input
        let file = input.name
        isNamed = name == nil
        self.name = name ?? Self.lastPart(file)
        citations = Citations(evidence, in: file, withWords: name == nil)
        var search = CitedTrafficSearch(packets: Set(citations.packets.keys))
        var stopped = false
        let (facts, origins) = try input.read { record, packet in
            stopped = !goOn(file, record.number)
            return !stopped
                && search.packet(
                    packet, number: record.number, time: record.time,
                    wireLength: record.wireLength, link: record.link)
        }
        if stopped { throw .stopped }
        self.origins = origins
        snapLength = facts.snapLength
        traffic = search.finish()
        breadth = isWhole ? .all : .cited
        if !isWhole, !traffic.isEmpty { try widen(evidence, goOn) }
    }

    /// Some findings compare flows with others: those are taken, too, when there is room.
    private mutating func widen(
        _ evidence: [Evidence], _ goOn: (String, Int) -> Bool
    ) throws(CaptureSlice.Fault) {
        let wanted = Set(
            evidence.filter { $0.state == .present && $0.source == "capture:\(file)" }
                .map(\.id))
        // Where captures were only compared nothing was found in one by itself.
        if wanted.isEmpty { return }
        for breadth in [PickBreadth.cited, .hosts] {
            self.breadth = breadth
            let (shown, hasRoom) = try shown(goOn)
            if shown == wanted, hasRoom {
                missing = []
                return
            }
            if breadth == .cited { missing = shown.symmetricDifference(wanted).sorted() }
            if !hasRoom { break }
        }
        let (facts, _) = try input.read { record, _ in goOn(file, record.number) }
        let fits =
            facts.packets <= CaptureSlice.packetLimit && facts.bytes <= CaptureSlice.byteLimit
        breadth = fits ? .all : .cited
        if fits { missing = [] }
    }

    /// What an analysis of the slice would find, and whether all of it fits.
    private func shown(
        _ goOn: (String, Int) -> Bool
    ) throws(CaptureSlice.Fault) -> (Set<FactID>, Bool) {
        var analysis = CaptureAnalysis(file: file, keepsFlows: false)
        var (packets, bytes) = (0, 0)
        try pick(goOn) { record, packet, _ in
            analysis.packet(
                packet, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            packets += 1
            bytes += packet.byteCount
            return true
        }
        let report = analysis.finish(CaptureSource(format: "pcapng", linkTypes: []))
        let present = report.findings.lazy.filter { $0.state == .present }.map(\.id)
        let fits = packets <= CaptureSlice.packetLimit && bytes <= CaptureSlice.byteLimit
        return (Set(present), fits)
    }

    /// Visits the packets that are to be written, with what is to be said of each.
    func pick(
        _ goOn: (String, Int) -> Bool,
        _ visit: (PacketRecord, RawSpan, [String]) -> Bool
    ) throws(CaptureSlice.Fault) {
        var picker = TrafficPicker(traffic, breadth)
        var stopped = false
        _ = try input.read { record, packet in
            let pick = picker.pick(
                packet, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            stopped = !goOn(file, record.number)
            if stopped { return false }
            guard let pick else { return true }
            return visit(record, packet, comments(record.number, pick))
        }
        if stopped { throw .stopped }
    }

    /// Shows a redactor all that it will have to rewrite.
    func prepared(
        _ redactor: PacketRedactor, _ goOn: (String, Int) -> Bool
    ) throws(CaptureSlice.Fault) -> PacketRedactor {
        try pick(goOn) { record, packet, _ in
            redactor.look(
                at: packet, number: record.number, link: record.link,
                wireLength: record.wireLength)
            return true
        }
        redactor.turnBack()
        return redactor
    }

    private static func lastPart(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// Where a packet is, as a person would look it up.
    private func place(_ number: Int) -> String {
        guard let origin = origins?[number] else { return "packet \(number) of \(name)" }
        return "packet \(origin.number) of \(Self.lastPart(origin.file))"
    }

    /// What the section is, in a sentence.
    var comment: String {
        if breadth == .all { return "All packets of \(name), with what findings say of them" }
        let flows = Figures.plural(traffic.flows.count, "flow")
        let hosts = breadth == .hosts ? ", and what else there is of their hosts" : ""
        return "The packets of \(name) that findings of inquest cite: \(flows)\(hosts)"
    }

    /// What is to be said about a packet: its number where it came from, and the findings that cite
    /// it; at the beginning of a flow those that cite the flow.
    func comments(_ number: Int, _ pick: TrafficPicker.Pick) -> [String] {
        // Foreign words stay where nothing is hidden.
        var comments = isNamed ? [input.comments[number]].compactMap(\.self) : []
        if case .flow(let flow) = pick,
            traffic.flows.contains(where: { $0.flow == flow && $0.firstPacket == number }),
            let ids = citations.flows[flow]
        {
            comments.append("flow \(flow) of \(name): \(ids.joined(separator: ", "))")
        }
        if let findings = citations.packets[number] {
            comments += findings.map { "\(place(number)): \($0)" }
        }
        return comments
    }
}
