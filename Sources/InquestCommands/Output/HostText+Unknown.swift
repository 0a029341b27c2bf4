import Casebook
import HostInspection

/// What is not there, and what could not be told.
extension HostText {
    func absent(_ page: inout TextPage) {
        let absent = record.findings.filter { $0.state == .absent }
        if absent.isEmpty { return }
        page.heading("Looked for and not found (\(absent.count))")
        page.paragraph(Self.names(absent), indent: 2, style: .dim)
    }

    /// Many findings lack one and the same thing: each is told once, and how to give it.
    func unknown(_ page: inout TextPage) {
        var unknown = record.findings.filter { $0.state == .unknown }
        if unknown.isEmpty { return }
        page.heading("Could not be told (\(unknown.count))")
        func take(_ isTaken: (Evidence) -> Bool) -> [Evidence] {
            let taken = unknown.filter(isTaken)
            unknown.removeAll(where: isTaken)
            return taken
        }
        let second = take { $0.summary.hasSuffix(Obstacle.secondLook) }
        if !second.isEmpty {
            page.paragraph(
                "with a second look, '--watch 10' (\(second.count)): " + Self.names(second),
                indent: 2, style: .dim)
        }
        for (option, findings) in Self.grouped(take { Self.option($0) != nil }, Self.option) {
            page.paragraph("with '\(option)': " + Self.names(findings), indent: 2, style: .dim)
        }
        for (reason, findings) in Self.grouped(unknown, \.summary) {
            page.paragraph("\(Self.names(findings)): \(reason)", indent: 2, style: .dim)
        }
    }

    func warnings(_ page: inout TextPage) {
        if record.warnings.isEmpty { return }
        page.heading("Warnings")
        for warning in record.warnings {
            page.paragraph(warning.summary, label: "! ", indent: 2, labelStyle: .caution)
        }
    }

    /// The option that would tell what the finding needs; `nil` when it needs something else.
    private static func option(_ finding: Evidence) -> String? {
        let mark = " " + Obstacle.notGiven + ": --"
        return finding.summary.firstRange(of: mark).map { "--" + finding.summary[$0.upperBound...] }
    }

    /// In the order in which their keys first come.
    private static func grouped(
        _ findings: [Evidence], _ key: (Evidence) -> String?
    ) -> [(String, [Evidence])] {
        var order: [String] = []
        var groups: [String: [Evidence]] = [:]
        for finding in findings {
            let key = key(finding) ?? ""
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(finding)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    /// Without the layer that all of them share.
    private static func names(_ findings: [Evidence]) -> String {
        findings.map { $0.id.hasPrefix("host.") ? String($0.id.dropFirst(5)) : $0.id }
            .joined(separator: ", ")
    }
}
