import Casebook
import Glibc
import Probes
import Triage

/// Asks before anything is sent that puts load on a target or may harm it.
struct ProbeConsent {
    private let yes: Bool
    private let run: Run

    init(_ command: ProbeCommand, _ run: Run) {
        yes = command.yes
        self.run = run
    }

    init(yes: Bool, _ run: Run) {
        self.yes = yes
        self.run = run
    }

    /// Raises what is allowed to what was consented to.
    ///
    /// - Returns: `false` after ^C at the question.
    func obtain(_ request: inout ProbeRequest) throws(Failure) -> Bool {
        let allowed = request.options.allowed
        let wanted = request.jobs.flatMap(\.probes).filter { $0.effect > allowed }
        guard let worst = wanted.map({ $0.effect }).max() else { return true }
        if !yes {
            let names = ProbeList.all.filter { probe in wanted.contains { $0.name == probe.name } }
                .map { $0.name }
            guard isatty(STDIN_FILENO) == 1, !run.settings.inputRefused else {
                throw .probing(.consentMissing(names, worst))
            }
            guard let answer = ask(request, worst) else { return false }
            if !answer { throw .probing(.consentRefused) }
        }
        request.options.allowed = worst
        return true
    }

    /// - Returns: `nil` after ^C.
    private func ask(_ request: ProbeRequest, _ worst: EffectClass) -> Bool? {
        let plan = ProbePlans(request, atLeast: request.options.allowed)
        run.console.note(
            String(decoding: plan.page(TextPage(width: 80)).render(colour: false), as: UTF8.self))
        run.console.prompt("Effect: \(worst.rawValue). Type 'yes' to send this: ")
        var input = LineInput()
        let line = input.next()
        return Interrupt.requested ? nil : line == "yes"
    }
}
