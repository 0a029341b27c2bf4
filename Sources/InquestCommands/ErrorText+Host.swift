import Triage

extension ErrorText {
    /// What was named for a look at the host, and is not there.
    static func host(_ failure: Failure) -> Report {
        switch failure {
        case .noCertificate(let path):
            Report(
                text: "\(path) holds no certificate in PEM; 'openssl s_client -connect HOST:443 "
                    + "-showcerts </dev/null' prints a chain", status: .badData)
        case .noSuchNamespace(let name, let known):
            Report(text: namespace(name, known), status: .noInput)
        case .noSuchProcess(let option, let process):
            Report(
                text:
                    "\(option): no process \(process) shows here; it may have ended, or /proc may "
                    + "hide it; 'pgrep NAME' lists process ids, 'ip netns list' names",
                status: .noInput)
        case .unresolved(let option, let name):
            Report(
                text: "\(option): the name '\(name)' does not resolve here; give its address",
                status: .noInput)
        default: Report(text: "unexpected: \(failure)", status: .inputOutput)
        }
    }

    private static let shownNames = 8

    private static func namespace(_ name: String, _ known: [String]) -> String {
        let fault = "--netns: there is no network namespace '\(name)' in /run/netns"
        if let meant = Nearest.match(name, in: known) {
            return fault + "; did you mean '\(meant)'?"
        }
        if known.isEmpty {
            return fault + ", which has none; name a container by the id of one of its processes"
        }
        let more = known.count > shownNames ? " and \(known.count - shownNames) more" : ""
        return fault + "; it has " + known.prefix(shownNames).joined(separator: ", ") + more
    }
}
