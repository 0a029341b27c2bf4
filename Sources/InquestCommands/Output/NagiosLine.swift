import Casebook
import Diagnosis
import Triage

/// One line with performance data, as monitoring plugins print it, and their four exit codes.
enum NagiosLine {
    static func line(_ result: TriageResult) -> [UInt8] {
        let diagnosis = result.diagnosis
        let (word, text) = summary(result)
        let probability = diagnosis.leader?.probability ?? 0
        let performance =
            "probability=\(number(probability));;;0;1 unlisted=\(number(diagnosis.unlisted));;;0;1"
        return line(word, text, performance)
    }

    private static func summary(_ result: TriageResult) -> (String, String) {
        let title = result.diagnosis.leader.flatMap { result.casebook[case: $0.id]?.title } ?? ""
        if Interrupt.requested { return ("UNKNOWN", "interrupted") }
        return switch result.diagnosis.verdict {
        case .confirmed: ("CRITICAL", "confirmed: \(title)")
        case .likely: ("WARNING", "likely: \(title)")
        case .none: ("OK", "no known case")
        case .undecided: ("UNKNOWN", "not enough evidence")
        }
    }

    /// The plugin interface knows 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN; numbers below are
    /// written with the statuses of this program that have the same value.
    static func status(_ result: TriageResult) -> ExitStatus {
        if Interrupt.requested { return .notEnoughEvidence }
        return switch result.diagnosis.verdict {
        case .none: .nothingFound
        case .likely: .found
        case .confirmed: .couldNotLook
        case .undecided: .notEnoughEvidence
        }
    }

    /// For everything that went wrong, usage included.
    static func unknown(_ report: ErrorText.Report, _ console: Console) -> Int32 {
        console.write(line("UNKNOWN", report.text, nil))
        console.flush()
        return ExitStatus.notEnoughEvidence.rawValue
    }

    static func line(_ word: String, _ text: String, _ performance: String?) -> [UInt8] {
        // A bar would begin the performance data.
        let safe = SafeText.lines(text).joined(separator: " ").map { $0 == "|" ? "/" : $0 }
        let tail = performance.map { " | \($0)" } ?? ""
        return Array("INQUEST \(word) - \(String(safe))\(tail)\n".utf8)
    }

    private static func number(_ value: Double) -> String {
        DiagnosisJSON.rounded(value, 4).description
    }
}
