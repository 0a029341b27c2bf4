public import Casebook
import Dissection
import PacketCapture
import TrafficAnalysis

/// The ladder of a flow that findings cite.
public struct CitedLadder: Sendable {
    public let file: String
    public let ladder: FlowLadder
    /// The findings, in the order of the evidence.
    public let findings: [FactID]

    /// The flows that most findings cite, those first that begin first; captures that cannot be
    /// read again have none.
    ///
    /// - Parameters:
    ///   - limit: how many of a capture; each is a reading of it.
    ///   - goOn: asked after each packet.
    public static func read(
        _ evidence: [Evidence], of files: [String], limit: Int, goOn: (Int) -> Bool
    ) -> [CitedLadder] {
        files.flatMap { file -> [CitedLadder] in
            let chosen = Choice.best(limit, evidence, file)
            guard let places = places(Set(chosen.map(\.packet)), file, goOn) else { return [] }
            return chosen.compactMap { choice -> CitedLadder? in
                guard let place = places.first(where: { $0.flow == choice.flow }),
                    let trace = try? FlowReading.trace(
                        .known(place), path: file, cited: choice.packet, goOn: goOn)
                else { return nil }
                return CitedLadder(
                    file: file, ladder: FlowLadder(trace), findings: choice.findings)
            }
        }
    }

    private static func places(
        _ packets: Set<Int>, _ file: String, _ goOn: (Int) -> Bool
    ) -> [FlowPlace]? {
        if packets.isEmpty { return nil }
        guard var reader = try? CaptureReader(path: file) else { return nil }
        var search = CitedTrafficSearch(packets: packets)
        _ = try? reader.forEachPacket { record, packet in
            goOn(record.number)
                && search.packet(
                    packet, number: record.number, time: record.time,
                    wireLength: record.wireLength, link: record.link)
        }
        return search.finish().flows
    }
}

/// A flow, a packet of it that is cited, and what for.
private struct Choice {
    var flow: Int
    var packet: Int
    var findings: [FactID]

    static func best(_ limit: Int, _ evidence: [Evidence], _ file: String) -> [Choice] {
        var choices: [Int: Choice] = [:]
        for item in evidence where item.state == .present {
            for place in item.locations where place.file == file {
                guard let flow = place.flow, let packet = place.packet else { continue }
                var choice = choices[flow] ?? Choice(flow: flow, packet: packet, findings: [])
                if choice.findings.last != item.id { choice.findings.append(item.id) }
                choices[flow] = choice
            }
        }
        let byFindings = choices.values.sorted {
            ($1.findings.count, $0.flow) < ($0.findings.count, $1.flow)
        }
        return byFindings.prefix(limit).sorted { $0.flow < $1.flow }
    }
}
