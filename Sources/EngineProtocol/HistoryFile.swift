import Casebook
import Diagnosis
import Triage

/// `history.jsonl`: a confirmed incident a line.
struct HistoryFile {
    /// In the file's order; of a repeated id the last line counts.
    private(set) var incidents: [ConfirmedIncident] = []

    static let largestFile = 512 << 20
    static let mostIncidents = 100_000

    /// - Parameter known: facts of the casebook; answers about others are left out.
    init(_ bytes: [UInt8], known: Set<FactID>) throws(ProtocolFault) {
        var positions: [String: Int] = [:]
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) else { continue }
            let incident: ConfirmedIncident
            do {
                incident = try Self.incident(Array(line), known)
            } catch {
                throw error.inside("line \(number)")
            }
            if let position = positions[incident.id] {
                incidents[position] = incident
            } else {
                positions[incident.id] = incidents.count
                incidents.append(incident)
            }
            guard incidents.count <= Self.mostIncidents else {
                throw ProtocolFault("more than \(Self.mostIncidents) incidents")
            }
        }
    }

    private static func incident(
        _ line: [UInt8], _ known: Set<FactID>
    ) throws(ProtocolFault) -> ConfirmedIncident {
        let node = try JSONSplitter(bytes: line).parse(line.indices)
        let fields = try Fields(node, "the incident")
        var observations = Observations()
        _ = observations.record(try Answer.list(fields), known: known)
        let confirmed = try fields.text("confirmed")
        return ConfirmedIncident(
            id: try fields.text("id"), observations: observations,
            cause: confirmed == "none" ? nil : confirmed, verified: try fields.flag("verified"))
    }
}
