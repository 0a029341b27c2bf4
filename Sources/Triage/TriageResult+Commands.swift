public import Casebook

extension TriageResult {
    /// How to run a case's deciding test: its command, filled in, or, where this version does not
    /// have that command, what to do by hand for what confirms the case.
    public func decidingCommands(_ decision: Case.Decision) -> (lines: [String], byHand: Bool) {
        // The first alternative is the one that the case's author would run.
        runnable(decision.command, for: decision.confirms.first ?? [])
    }

    /// How to prove that the fix worked; as above.
    public func provingCommands(
        _ verification: Case.Verification
    ) -> (lines: [String], byHand: Bool) {
        runnable(verification.command, for: verification.absent + verification.present)
    }

    /// By hand only where no command of this version tells.
    private func runnable(
        _ command: String, for facts: [FactID]
    ) -> (lines: [String], byHand: Bool) {
        if CommandFilling.isAvailable(command) { return ([commands.fill(command)], false) }
        var lines: [String] = []
        var byHand = false
        for finding in facts.compactMap({ casebook[finding: $0] }) {
            let isCommand = CommandFilling.isAvailable(finding.establishedBy)
            let line = commands.fill(isCommand ? finding.establishedBy : finding.byHand)
            if lines.contains(line) { continue }
            lines.append(line)
            byHand = byHand || !isCommand
        }
        return lines.isEmpty ? ([commands.fill(command)], false) : (lines, byHand)
    }
}
