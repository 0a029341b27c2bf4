import Casebook
import Probes
import Triage

/// What probes showed as OpenMetrics text, for the textfile collector of node_exporter.
///
/// Without time stamps, as that collector wants it; each family in one piece.
enum ProbeMetrics {
    static func document(_ reports: [TargetReport]) -> [UInt8] {
        var text = ""
        let probes = reports.flatMap { report in report.reports.map { (report.target, $0) } }
        family(
            "inquest_probe_success", "Whether every address did what the check asked.", &text,
            probes.map { target, probe in
                let isGood = probe.failure == nil && probe.results.allSatisfy(\.isGood)
                return (labels(target, probe), isGood ? 1 : 0)
            })
        family(
            "inquest_probe_duration_seconds", "How long the check took.", &text,
            probes.map { (labels($0, $1), seconds($1.duration)) })
        family(
            "inquest_probe_start_timestamp_seconds", "When the check began.", &text,
            probes.map { (labels($0, $1), seconds($1.start)) })
        family(
            "inquest_probe_stage_seconds",
            "How long a stage of the first connection to an address took.", &text,
            stages(probes))
        family(
            "inquest_probe_measure", "What the check measured, in the unit that it names.", &text,
            measures(probes))
        family(
            "inquest_probe_finding", "1 present, 0 absent; what is unknown is left out.", &text,
            findings(reports))
        return Array((text + "# EOF\n").utf8)
    }

    private typealias Sample = (labels: [(String, String)], value: Double)

    private static func family(
        _ name: String, _ help: String, _ text: inout String, _ samples: [Sample]
    ) {
        if samples.isEmpty { return }
        text += "# TYPE \(name) gauge\n# HELP \(name) \(help)\n"
        // Two samples of the same labels would make the whole file unreadable.
        var seen: Set<String> = []
        for sample in samples where sample.value.isFinite {
            let labels = sample.labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
            guard seen.insert(labels).inserted else { continue }
            text += "\(name){\(labels)} \(sample.value)\n"
        }
    }

    private static func labels(
        _ target: ProbeTarget, _ probe: ProbeReport
    ) -> [(String, String)] {
        [("target", target.description), ("check", probe.check)]
    }

    private static func stages(_ probes: [(ProbeTarget, ProbeReport)]) -> [Sample] {
        probes.flatMap { target, probe in
            var seen: Set<String> = []
            return probe.timelines.filter { seen.insert($0.remote).inserted }.flatMap { timeline in
                timeline.stages.map { stage in
                    let more = [("address", timeline.remote), ("stage", stage.name)]
                    return (labels(target, probe) + more, seconds(stage.duration))
                }
            }
        }
    }

    private static func measures(_ probes: [(ProbeTarget, ProbeReport)]) -> [Sample] {
        probes.flatMap { target, probe in
            probe.measures.map { measure in
                let more = [
                    ("name", measure.name), ("unit", measure.unit),
                    ("address", measure.address ?? ""),
                ]
                return (labels(target, probe) + more, measure.value)
            }
        }
    }

    private static func findings(_ reports: [TargetReport]) -> [Sample] {
        reports.flatMap { report in
            report.evidence.filter { $0.state != .unknown }.map { evidence in
                let labels = [("target", report.target.description), ("finding", evidence.id)]
                return (labels, evidence.state == .present ? 1 : 0)
            }
        }
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

    /// Backslash, quote and line feed (OpenMetrics 1.0, ABNF `escaped-char`); what a terminal
    /// would obey was replaced before.
    private static func escaped(_ text: String) -> String {
        SafeText.line(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
