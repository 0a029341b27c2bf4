import Casebook
import Diagnosis
import TerminalUI
import Triage

/// Short words for the narrow places of a screen.
enum Phrases {
    /// `yes`, `no`, `probably`, … for people; `seen`, `not seen` for machines.
    static func state(_ evidence: Evidence) -> String {
        switch Answer(evidence) {
        case .yes: return "yes"
        case .no: return "no"
        case .probably: return "prob. yes"
        case .probablyNot: return "prob. no"
        case .unknown: return "unknown"
        case nil: break
        }
        if evidence.instrument == .report { return evidence.state == .present ? "yes" : "unknown" }
        switch evidence.state {
        case .present: return "seen"
        case .absent: return "not seen"
        case .unknown: return "unknown"
        }
    }

    static func source(_ evidence: Evidence) -> String {
        switch evidence.instrument {
        case .operator: return "you"
        case .report: return "your words"
        case .capture, .probe, .host:
            let parts = evidence.source.split(separator: ":", maxSplits: 1)
            let name = parts.count == 2 ? parts[1] : parts.first ?? ""
            return evidence.instrument == .capture ? self.name(String(name)) : String(name)
        }
    }

    /// `yes: about 8 in 10 One silent connection keeps …`, by title where `Outcome.sentence` has ids.
    static func outcome(_ outcome: Outcome, _ casebook: Casebook) -> String {
        guard let leader = outcome.leader else { return outcome.sentence }
        let answer = outcome.state == .present ? "yes" : "no "
        return "\(answer) → \(Wording.probability(outcome.leaderProbability)) "
            + (casebook[case: leader]?.title ?? leader)
    }

    /// The last part of a path.
    static func name(_ path: String) -> String {
        String(path.split(separator: "/").last ?? Substring(path))
    }

    /// The question for a symptom, what was seen for a finding.
    static func text(_ evidence: Evidence, _ casebook: Casebook) -> String {
        if let symptom = casebook[symptom: evidence.id] { return symptom.question }
        if evidence.state == .present, !evidence.summary.isEmpty, Answer(evidence) == nil {
            return evidence.summary
        }
        return evidence.id
    }

    /// What a fact is about, whoever established it.
    static func fact(_ id: FactID, _ casebook: Casebook) -> String {
        casebook[symptom: id]?.question ?? casebook[finding: id]?.definition ?? id
    }

    static func seconds(_ value: Double) -> String {
        guard value.isFinite, value >= 1 else { return "at once" }
        return value < 120 ? "\(Int(value.rounded())) s" : "\(Int((value / 60).rounded())) min"
    }

    /// How long ago: `now`, `40 s`, `3 min`, `2 h`, `4 d`.
    static func age(_ seconds: Int64) -> String {
        switch seconds {
        case ..<5: "now"
        case ..<90: "\(seconds) s"
        case ..<5400: "\((seconds + 30) / 60) min"
        case ..<129_600: "\((seconds + 1800) / 3600) h"
        default: "\(min(9999, (seconds + 43_200) / 86_400)) d"
        }
    }

    /// `1.95 s`, `12 %`; three digits tell enough.
    static func value(_ measure: Evidence.Measure) -> String {
        guard measure.value.isFinite, abs(measure.value) < 1e15 else { return measure.unit }
        let unit = measure.unit == "percent" ? "%" : measure.unit == "count" ? "" : measure.unit
        let scale = abs(measure.value) < 10 ? 100.0 : abs(measure.value) < 100 ? 10 : 1
        let rounded = (measure.value * scale).rounded() / scale
        var text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        if text == "0", measure.value != 0 { text = "< 0.01" }
        return unit.isEmpty ? text : text + " " + unit
    }

    /// How much a step is expected to tell, in words; borders are tenths of a bit.
    static func gain(_ bits: Double) -> String {
        switch bits {
        case ..<0.05: "tells little"
        case ..<0.2: "tells something"
        case ..<0.5: "tells much"
        default: "tells very much"
        }
    }

    static func effect(_ effect: EffectClass) -> String {
        switch effect {
        case .local: "reads only"
        case .normal: "one ordinary transaction"
        case .load: "puts load on the target"
        case .disruptive: "may harm the service"
        }
    }

    /// `+9.1 dB`.
    static func decibans(_ value: Double) -> String {
        let tenths = Int((min(1e6, max(-1e6, value)) * 10).rounded())
        let digits = "\(abs(tenths) / 10).\(abs(tenths) % 10)"
        return (tenths < 0 ? "-" : "+") + digits + "\(Wrapping.bond)dB"
    }

    static func plural(_ count: Int, _ word: String) -> String {
        "\(count) \(word)\(count == 1 ? "" : "s")"
    }

    static func verdict(_ result: TriageResult) -> (text: String, style: Style) {
        switch result.diagnosis.verdict {
        case .confirmed: ("CONFIRMED", .alarm)
        case .likely: ("LIKELY", .caution)
        case .undecided:
            result.diagnosis.ground == .nothingLookedAt
                ? ("nothing is known yet", .dim) : ("not enough evidence yet", .strong)
        case .none: ("no known case", .good)
        }
    }

    static func instrument(_ instrument: Evidence.Instrument) -> String {
        switch instrument {
        case .operator: "your answers"
        case .report: "your own words"
        case .capture: "the captures"
        case .probe: "the probes"
        case .host: "the host checks"
        }
    }

    /// The place of evidence in a capture: `packet 17, flow 4`.
    static func places(_ evidence: Evidence) -> String {
        let shown = evidence.locations.prefix(3).map { place in
            [place.packet.map { "packet \($0)" }, place.flow.map { "flow \($0)" }]
                .compactMap(\.self).joined(separator: ", ")
        }.filter { !$0.isEmpty }
        let total = max(evidence.locations.count, evidence.count ?? 0)
        let rest = total > shown.count && !shown.isEmpty ? ["and \(total - shown.count) more"] : []
        return (shown + rest).joined(separator: "; ")
    }
}
