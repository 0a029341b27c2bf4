import Casebook
import Probes

struct ProbesTable: RowTable {
    struct Row {
        var target: TargetReport
        var report: ProbeReport
        /// `nil` for a probe that could not look.
        var result: ProbeReport.AddressResult?
    }

    static let name = "probes"
    static let summary = "What one address showed to a probe (--probe TARGET)."
    static let origin = ObservationOrigin.probe
    static let columns: [RowColumn<Row>] = [
        .text("target", "as it was named") { "\($0.target.target)" },
        .text("probe", "tcp, tls, http … as 'inquest probe' lists them") { $0.report.check },
        .text("effect", "local, normal, load or disruptive") { $0.report.effect.rawValue },
        .text("started", "time") { Timestamp.text($0.report.start) },
        .real("seconds", "that the probe took, at all addresses together") {
            Double($0.report.duration) / 1e9
        },
        .text("address", "asked, or the variant of the question; NULL when it could not look") {
            $0.result?.address
        },
        .integer("good", "1 when it did what it is there for; NULL when it could not look") {
            $0.result.map { $0.isGood ? 1 : 0 }
        },
        .text("summary", "one line; NULL when it could not look") { $0.result?.summary },
        .text("failure", "why the probe could not look; NULL when it could") {
            $0.report.failure
        },
        .text("measures", "JSON, from a measure's name to its value, of the address") { row in
            let measures = row.report.measures.filter { $0.address == row.result?.address }
            return object(measures.map { ($0.name, .real($0.value)) })
        },
        .text("details", "JSON, from a detail's name to its text, of the address") { row in
            object((row.result?.details ?? []).map { ($0.name, .text($0.value)) })
        },
    ]

    private enum Member {
        case real(Double)
        case text(String)
    }

    private static func object(_ members: [(name: String, value: Member)]) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, value) in members {
                writer.key(text: name)
                switch value {
                case .real(let number): writer.number(number)
                case .text(let text): writer.string(text)
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    func values(_ sources: ObservationSources) -> [Row] {
        sources.probes.flatMap { target in
            target.reports.flatMap { report in
                report.results.isEmpty
                    ? [Row(target: target, report: report)]
                    : report.results.map { Row(target: target, report: report, result: $0) }
            }
        }
    }
}
