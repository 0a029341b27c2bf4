internal import Casebook
internal import Dissection

/// Requests of whose body two readers may see two ends (RFC 9112 §11.2).
struct AmbiguousLengthAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.http.ambiguous-length"]

    private var tally = Tally()
    private var kinds: [String: Place] = [:]

    mutating func visit(_ f: FlowFacts) {
        guard let http = f.http, http.requests > 0 else { return }
        tally.opportunities += Int(http.requests)
        guard let ambiguous = f.rareRequests?.ambiguous, ambiguous.count > 0 else { return }
        let place = f.place(ambiguous.packet, ambiguous.time)
        tally.add(place, times: Int(ambiguous.count))
        let kind = ambiguous.kind.rawValue
        kinds[kind] = min(kinds[kind] ?? place, place)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        let list = kinds.sorted { $0.value < $1.value }.map(\.key).joined(separator: ", ")
        return tally.evidence(
            "capture.http.ambiguous-length", capture,
            present: "\(counted(tally.count, "request")) with a doubtful end of the body: \(list)",
            absent: "every request said clearly where its body ends")
    }
}
