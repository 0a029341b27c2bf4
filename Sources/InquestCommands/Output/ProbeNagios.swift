import Casebook
import Probes
import Triage

/// One line with performance data about the targets of a probe.
enum ProbeNagios {
    /// Monitoring systems cut what is longer (Monitoring Plugins guidelines: 4 KB).
    private static let longestPerformance = 3000

    /// - Parameter cause: the title of the case that the reports speak for, if one is likely.
    static func line(
        _ reports: [TargetReport], _ status: ExitStatus, cause: String?, interrupted: Bool
    ) -> [UInt8] {
        let words = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
        let word = words[Int(min(3, max(0, status.rawValue)))]
        var text = summary(reports, interrupted)
        if let cause, status != .nothingFound, !interrupted { text += "; likely: \(cause)" }
        return NagiosLine.line(word, text, performance(reports))
    }

    private static func summary(_ reports: [TargetReport], _ interrupted: Bool) -> String {
        if interrupted { return "interrupted" }
        let bad = reports.filter(\.hasTrouble)
        let blind = reports.filter(\.sawNothing)
        let name = reports.count == 1 ? "\(reports[0].target)" : "\(reports.count) targets"
        if let first = bad.first, let trouble = trouble(first) {
            let others = bad.count > 1 ? " and \(bad.count - 1) more" : ""
            return "\(reports.count == 1 ? "" : "\(bad.count) of \(name): ")\(first.target)"
                + "\(others): \(trouble)"
        }
        if let first = blind.first {
            let why = first.reports.compactMap(\.failure).first ?? "no check was run"
            return "\(first.target): \(why)"
        }
        let checks = Set(reports.flatMap(\.reports).map(\.check)).count
        return "\(name): answers, \(Figures.plural(checks, "check"))"
    }

    private static func trouble(_ report: TargetReport) -> String? {
        report.troubles.first.map { "\($0.check): \($0.result.address) \($0.result.summary)" }
    }

    private static func performance(_ reports: [TargetReport]) -> String {
        var used: Set<String> = []
        var text = "targets=\(reports.count);;;0 bad=\(reports.count(where: \.hasTrouble));;;0"
        if reports.count == 1 { text += " time=\(seconds(reports[0].duration))s;;;0" }
        for report in reports {
            for probe in report.reports {
                for measure in probe.measures {
                    guard let item = item(measure, probe, report, many: reports.count > 1, &used)
                    else { continue }
                    if text.utf8.count + item.utf8.count + 1 > longestPerformance { return text }
                    text += " " + item
                }
            }
        }
        return text
    }

    /// `'tcp connect 127.0.0.1:443'=0.0012s;;;0`; a name stands once.
    private static func item(
        _ measure: ProbeReport.Measure, _ probe: ProbeReport, _ report: TargetReport, many: Bool,
        _ used: inout Set<String>
    ) -> String? {
        guard measure.value.isFinite else { return nil }
        var words = [probe.check, measure.name]
        if many { words.append(report.target.authority) }
        if let address = measure.address { words.append(address) }
        let name = SafeText.line(words.joined(separator: " "))
            .replacing("'", with: "").replacing("=", with: "-").replacing("|", with: "/")
        guard used.insert(name).inserted else { return nil }
        return "'\(name)'=\(DiagnosisJSON.rounded(measure.value, 6))\(unit(measure.unit));;;"
    }

    /// Only these are units of the plugin interface.
    private static func unit(_ unit: String) -> String {
        switch unit {
        case "s", "ms", "us": unit
        case "percent": "%"
        case "bytes": "B"
        default: ""
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        DiagnosisJSON.rounded(Double(nanoseconds) / 1e9, 6).description
    }
}
