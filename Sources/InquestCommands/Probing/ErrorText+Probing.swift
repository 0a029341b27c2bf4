import Casebook
import Probes
import Triage

/// Sentences about probes that did not begin.
extension ErrorText {
    /// More faults than this in a file of targets are counted.
    private static let shownFaults = 20

    static func report(_ fault: ProbeFault) -> Report {
        switch fault {
        case .badTargets(let faults, let path):
            Report(
                text: targets(faults, path), status: path == nil ? .usage : .badData)
        case .tooManyTargets(let count, let path):
            Report(
                text: "\(path) has \(Figures.grouped(count)) targets; at most "
                    + "\(Figures.grouped(ProbeCommand.mostTargets)) are probed in one run",
                status: .badData)
        case .noTargets(nil):
            Report(
                text: "nothing to probe; give a target, for example example.com:443, "
                    + "--targets FILE or --check-command CMD", status: .usage)
        case .noTargets(let path?):
            Report(text: "\(path) names no target", status: .badData)
        case .unknownCheck(let name, let suggestion):
            Report(
                text: "there is no check '\(name)'"
                    + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                    + "; 'inquest probe --list' shows all", status: .usage)
        case .unfitCheck(let name, let target, let schemes):
            Report(
                text: "check '\(name)' has no question to \(target.scheme.rawValue)://; write "
                    + "\(schemes.map { $0 + "://" }.joined(separator: ", or "))"
                    + "\(target.authority)", status: .usage)
        case .badOptions(let faults):
            Report(
                text: faults.map { "\($0.option): \($0.fault); \($0.suggestion)" }
                    .joined(separator: "\n"), status: .usage)
        case .consentMissing(let names, let effect):
            Report(
                text: "\(names.joined(separator: ", ")) needs consent: effect "
                    + "\(effect.rawValue); '--dry-run' shows what would be sent, "
                    + "add '--allow \(effect.rawValue)' to send it", status: .noPermission)
        case .consentRefused:
            Report(text: "nothing was sent", status: .noPermission)
        case .checkCommand(let fault): report(fault)
        }
    }

    private static func targets(_ faults: [ProbeTargetError], _ path: String?) -> String {
        let lines = faults.prefix(shownFaults).map { fault in
            let place = path.map { "\($0):\(fault.line ?? 0):\(fault.column): " } ?? ""
            let text = path == nil ? "target '\(fault.text)', column \(fault.column): " : ""
            return "\(place)\(text)\(fault.fault); \(fault.suggestion)"
        }
        let rest = faults.count - lines.count
        return (lines + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }

    private static func report(_ fault: CheckTheChecker.Fault) -> Report {
        switch fault {
        case .noPort:
            Report(
                text: "--check-command has no {port}, so it would ask somebody else; for example "
                    + "--check-command 'curl -sf https://{host}:{port}/'", status: .usage)
        case .certificates:
            Report(
                text: "OpenSSL cannot make the certificates of the local servers",
                status: .inputOutput)
        case .system(let what, let code):
            Report(text: "\(what) failed: \(reason(code))", status: .inputOutput)
        }
    }
}
