import Casebook
import Triage

/// How a piece of evidence is told to a person.
enum EvidenceText {
    private static let shownLocations = 3

    /// `packet 17, flow 4; packet 19, flow 5; and 3 more`, with the file's name where there are
    /// several; empty when it has no place.
    static func places(_ evidence: [Evidence], severalFiles: Bool) -> String {
        let locations = evidence.flatMap(\.locations)
        let shown = locations.prefix(shownLocations).map { place($0, withFile: severalFiles) }
        if shown.isEmpty { return "" }
        // `count` may be larger than what is listed.
        let total = max(locations.count, evidence.reduce(0) { $0 + ($1.count ?? 0) })
        let rest = total > shown.count ? ["and \(Figures.grouped(total - shown.count)) more"] : []
        return (shown + rest).joined(separator: "; ")
    }

    private static func place(_ location: Evidence.Location, withFile: Bool) -> String {
        var parts: [String] = []
        if let packet = location.packet { parts.append("packet \(packet)") }
        if let flow = location.flow { parts.append("flow \(flow)") }
        if let line = location.line { parts.append("line \(line)") }
        if withFile || parts.isEmpty { parts.append(location.file) }
        return parts.joined(separator: ", ")
    }

    /// Its id with its numbers.
    static func head(_ finding: Evidence, _ page: inout TextPage) {
        let figures = figures(finding)
        page.paragraph(
            finding.id + (figures.isEmpty ? "" : " (\(figures))"), label: "* ", indent: 2,
            style: .bold)
    }

    /// `3 times, 1.95 s`; empty when it carries no number.
    static func figures(_ evidence: Evidence) -> String {
        var parts: [String] = []
        if let count = evidence.count {
            parts.append(count == 1 ? "once" : "\(Figures.grouped(count)) times")
        }
        if let measure = evidence.measure, measure.unit != "count" {
            parts.append(Figures.measure(measure))
        }
        return parts.joined(separator: ", ")
    }
}
