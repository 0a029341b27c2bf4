import Casebook
import Probes
import Triage

extension ProbeCommand {
    func showPlan(_ request: ProbeRequest, _ console: Console) -> ExitStatus {
        let named = targets == nil ? words.count > 1 : !words.isEmpty
        let plans = ProbePlans(request, bundles: !named)
        if json || ndjson {
            console.write(plans.document())
        } else {
            console.write(plans.page(console.newPage()))
        }
        return .done
    }

    func listChecks(_ console: Console) -> ExitStatus {
        if json || ndjson {
            console.write(ProbeListJSON.document())
            return .done
        }
        var page = console.newPage()
        for probe in ProbeList.all {
            let effect = probe.effect == .normal ? "" : " (effect: \(probe.effect.rawValue))"
            page.paragraph(
                probe.summary + effect, label: DisplayWidth.pad(probe.name, to: 20),
                labelStyle: .bold)
        }
        console.write(page)
        return .done
    }
}

/// `inquest.probe-list/1`: the checks of this build.
enum ProbeListJSON {
    static func document() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.probe-list/1")
            writer.member("checks", array: ProbeList.all) { writer, probe in
                writer.object { writer in
                    writer.member("check", probe.name)
                    writer.member("asks", probe.summary)
                    writer.member("effect", probe.effect.rawValue)
                    writer.member("schemes", strings: probe.schemes.map(\.rawValue).sorted())
                    writer.member("findings", strings: probe.findings)
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}
