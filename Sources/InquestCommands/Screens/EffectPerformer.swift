import Casebook
import CasebookStore
import Glibc
import PacketCapture
import Synchronization
import Triage
import TriageTUI

/// Does what the screens ask of the world and answers with messages; nothing here decides.
final class EffectPerformer {
    private let store: CasebookStore
    private let sessions: SessionStore
    private let mailbox: Mailbox
    private let clipboard: Clipboard
    private let keeper: SessionKeeper
    private var jobs: [Int: Cancelled] = [:]

    init(
        store: CasebookStore, sessions: SessionStore, mailbox: Mailbox, clipboard: Clipboard
    ) {
        self.store = store
        self.sessions = sessions
        self.mailbox = mailbox
        self.clipboard = clipboard
        keeper = SessionKeeper(store: sessions, mailbox: mailbox)
    }

    /// - Parameter model: as it is after the message that asked for the effect.
    func perform(_ effect: Effect, _ model: Model) {
        switch effect {
        case .quit, .quitWithSummary, .suspend, .repaint: break
        case .keep(let session): keeper.keep(session)
        case .readCapture(let job, let path): readCapture(job, path)
        case .runCheck(let job, let check): run(check, job)
        case .cancel(let job): jobs[job]?.set()
        case .search(let text): search(text)
        case .copy(let text): mailbox.post(.copied(clipboard.copy(text)))
        case .saveReport(let path, let replacing): save(model, path, replacing)
        case .draftCase(let path): draft(model, path)
        case .confirm(let cause, let verified): confirm(cause, verified, model)
        case .loadSessions:
            mailbox.post(.sessions(sessions.all(casebook: model.conversation.casebook)))
        }
    }

    /// Cancels what runs and waits until all that was said is on disk.
    func finish() {
        for job in jobs.values { job.set() }
        keeper.finish()
    }

    private func begin(_ job: Int) -> Cancelled {
        let cancelled = Cancelled()
        jobs[job] = cancelled
        return cancelled
    }

    private func readCapture(_ job: Int, _ path: String) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            var pace = Pace()
            do throws(CaptureError) {
                let run = try CaptureRun(path: path) { packets in
                    if pace.isTime(packets) {
                        mailbox.post(.captureProgress(job: job, packets: packets))
                    }
                    return !cancelled.isSet
                }
                mailbox.post(.captureRead(job: job, path: path, run))
            } catch {
                mailbox.post(.failed(job: job, ErrorText.report(error).text))
            }
        }
    }

    private func run(_ check: Check, _ job: Int) {
        guard let executor = CheckExecutors.runner(of: check) else {
            return mailbox.post(.failed(job: job, "Nothing here can run \(check.command)."))
        }
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            do {
                let outcome = try executor.run(check, cancelled: cancelled) { stage in
                    mailbox.post(.checkProgress(job: job, stage: stage))
                }
                mailbox.post(.checkFinished(job: job, outcome))
            } catch {
                mailbox.post(.failed(job: job, ErrorText.report(error).text))
            }
        }
    }

    private func search(_ text: String) {
        let (store, mailbox) = (store, mailbox)
        Background.run {
            do throws(StoreError) {
                mailbox.post(.searched(query: text, try store.search(text)))
            } catch {
                mailbox.post(.refused("Searching failed: \(error)."))
            }
        }
    }

    private func save(_ model: Model, _ path: String, _ replacing: Bool) {
        if !replacing, OutputFile.isRegular(path) {
            return mailbox.post(.reportExists(path: path))
        }
        do throws(Failure) {
            try ReportFile.write(model.report, to: path)
            mailbox.post(.reportSaved("Saved as \(path)."))
        } catch {
            mailbox.post(.refused(ErrorText.report(error).text))
        }
    }

    private func draft(_ model: Model, _ path: String) {
        do throws(Failure) {
            let faults = try DraftFile.write(model.report, to: path)
            mailbox.post(.drafted(path: path, faults: faults))
        } catch {
            mailbox.post(.refused(ErrorText.report(error).text))
        }
    }

    private func confirm(_ cause: CaseID?, _ verified: Bool, _ model: Model) {
        do throws(Failure) {
            let number = try IncidentConfirmCommand.confirm(
                cause, verified: verified, evidence: model.conversation.evidence, in: store)
            mailbox.post(.confirmed(incident: number))
        } catch {
            mailbox.post(.refused(ErrorText.report(error).text))
        }
    }
}

/// Ten times a second is as often as a person can read a number.
private struct Pace {
    private static let nanosecondsBetween: Int64 = 100_000_000
    /// Between two looks at the clock; some 2 ms of work.
    private static let packetsBetween = 16_384
    private var last: Int64 = 0

    mutating func isTime(_ packets: Int) -> Bool {
        guard packets.isMultiple(of: Self.packetsBetween) else { return false }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        guard now - last >= Self.nanosecondsBetween else { return false }
        last = now
        return true
    }
}

extension Model {
    fileprivate var report: IncidentReport { IncidentReport(result, conversation) }
}
