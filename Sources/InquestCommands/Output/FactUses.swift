import Casebook
import Triage

/// Which cases list a fact, and how often they expect it.
struct FactUses {
    private let uses: [(id: CaseID, frequency: Frequency)]

    init(_ fact: FactID, in casebook: Casebook) {
        uses = casebook.cases.compactMap { entry in
            (entry.symptoms + entry.findings).first { $0.fact == fact }
                .map { (entry.id, $0.frequency) }
        }
    }

    func write(_ page: inout TextPage) {
        page.heading("Expected by \(Figures.plural(uses.count, "case"))")
        for frequency in Frequency.allCases {
            for use in uses where use.frequency == frequency {
                page.line("  " + DisplayWidth.pad(frequency.rawValue, to: 11) + use.id)
            }
        }
    }

    func write(_ writer: inout JSONWriter) {
        writer.member("cases", array: uses) { writer, use in
            writer.object { writer in
                writer.member("id", use.id)
                writer.member("frequency", use.frequency.rawValue)
            }
        }
    }
}
