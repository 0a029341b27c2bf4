import Casebook
import Diagnosis
import HostInspection
import Triage

extension PlainDialogue {
    /// Looks at this host when the operator agrees; an answer of "no" leaves what it would have
    /// told unknown.
    mutating func answerAboutHost(
        _ word: String, _ question: Question, _ proposal: Proposal
    ) -> Turn {
        remember(question)
        guard word == "yes" || word == "probably" else {
            state.dialogue.finish([proposal.step])
            return .next
        }
        tell("Looking at this host for \(Int(OpenSteps.hostWatchSeconds)) s …")
        let wish = HostRun.Wish(watch: OpenSteps.hostWatchSeconds)
        do throws(LogSearch.Fault) {
            let run = try state.session.inspectHost(wish) { !Interrupt.requested }
            let present = run.findings.filter { $0.state == .present }
            for finding in present { tell("\(finding.id): \(finding.summary)") }
            let absent = run.findings.count { $0.state == .absent }
            tell(
                "Looked. \(Figures.plural(present.count, "finding")) present, \(absent) absent, "
                    + "\(run.findings.count - present.count - absent) could not be told.")
        } catch {
            tell(ErrorText.report(Failure.log(error)).text)
        }
        state.dialogue.observations = Observations(state.session.log.entries)
        state.dialogue.finish([proposal.step])
        return .next
    }
}
