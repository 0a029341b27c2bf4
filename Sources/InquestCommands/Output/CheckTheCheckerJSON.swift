import Probes
import Triage

/// `inquest.check-command/1`: an operator's health check tried on servers of known behaviour.
enum CheckTheCheckerJSON {
    static func document(_ report: CheckTheCheckerReport) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.check-command/1")
            writer.member("inquest", Inquest.version)
            writer.member("command", report.command)
            writer.member("meaningful", report.isMeaningful)
            writer.member("unseen", strings: report.unseen.map(\.rawValue))
            writer.member("habits", strings: report.habits.map(\.rawValue))
            writer.member("servers", array: report.trials) { $0.trial($1) }
            writer.member("truncated", report.interrupted)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func trial(_ trial: CheckTrial) {
        object { writer in
            writer.member("server", trial.server.rawValue)
            writer.member("verdict", trial.verdict.rawValue)
            writer.member("seconds", number: DiagnosisJSON.rounded(trial.seconds, 6))
            switch trial.end {
            case .exited(let code): writer.member("exit_code", Int(code))
            case .signalled(let number): writer.member("signal", Int(number))
            case .killed: writer.member("killed", true)
            case .interrupted: break
            }
            writer.member("output", trial.output)
            writer.member("output_bytes", trial.outputBytes)
            writer.member("seen") { $0.behaviour(trial.behaviour) }
        }
    }

    private mutating func behaviour(_ behaviour: CheckBehaviour) {
        member("connections", behaviour.connections)
        member("opening", behaviour.opening.rawValue)
        member("handshakes", behaviour.handshakes)
        member("closed_by_close_notify", behaviour.closedByNotify)
        member("closed_by_fin", behaviour.closedByFIN)
        member("closed_by_rst", behaviour.closedByRST)
        member(
            "longest_silence_seconds",
            number: DiagnosisJSON.rounded(behaviour.longestSilence, 6))
    }
}
