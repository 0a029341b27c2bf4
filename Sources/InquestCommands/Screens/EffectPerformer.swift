import Casebook
import CasebookStore
import Diagnosis
import Glibc
import HostInspection
import PacketCapture
import Synchronization
import Triage
import TriageTUI

/// Does what the screens ask of the world and answers with messages; nothing here decides.
final class EffectPerformer {
    private let store: CasebookStore
    private let sessions: SessionStore
    let mailbox: Mailbox
    private let clipboard: Clipboard
    private let keeper: SessionKeeper
    private let settings: Settings
    /// The casebooks in use.
    private let folders: [String]
    private var jobs: [Int: Cancelled] = [:]
    /// Some 60 MB; of a larger capture the flows in most trouble.
    static let listedFlows = 200_000

    init(
        store: CasebookStore, sessions: SessionStore, mailbox: Mailbox, clipboard: Clipboard,
        folders: [String], settings: Settings
    ) {
        (self.folders, self.settings) = (folders, settings)
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
        case .readCapture(let job, let path):
            readCapture(job, path, model.conversation.casebook)
        case .compare(let job, let paths):
            compare(job, paths, model.conversation.casebook)
        case .listInterfaces: mailbox.post(.interfaces(CapturePlaces.look()))
        case .captureLive(let job, let interface, let file): captureLive(job, interface, file)
        case .saveSlice(let job, let path, let findings, let capture):
            saveSlice(job, path, findings, capture)
        case .runCheck(let job, let check): run(check, job)
        case .cancel(let job): jobs[job]?.set()
        case .search(let text): search(text)
        case .copy(let text): mailbox.post(.copied(clipboard.copy(text)))
        case .saveReport(let path, let replacing): save(model, path, replacing)
        case .draftCase(let path): draft(model, path)
        case .confirm(let cause, let verified): confirm(cause, verified, model)
        case .loadSessions:
            mailbox.post(.sessions(sessions.all(casebook: model.conversation.casebook)))
        case .loadLedger: loadLedger(model)
        case .withdraw(let number): withdraw(number)
        case .readFlow(let job, let path, let wish, let cited): readFlow(job, path, wish, cited)
        case .lookAtHost: lookAtHost(model)
        }
    }

    /// Cancels what runs and waits until all that was said is on disk.
    func finish() {
        for job in jobs.values { job.set() }
        keeper.finish()
    }

    func begin(_ job: Int) -> Cancelled {
        let cancelled = Cancelled()
        jobs[job] = cancelled
        return cancelled
    }

    private func readCapture(_ job: Int, _ path: String, _ casebook: Casebook) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            var pace = Pace()
            let watch = CaptureWatch {
                pace.isTime($0)
            } show: { share, glimpse in
                mailbox.post(.captureProgress(job: job, share: share, glimpse))
                pace.wasShown()
            }
            do throws(CaptureError) {
                let run = try CaptureRun(
                    path: path, needs: .screens, casebook: casebook, digests: Self.listedFlows,
                    watch: watch
                ) { _ in !cancelled.isSet }
                mailbox.post(.captureRead(job: job, path: path, run))
            } catch {
                mailbox.post(.failed(job: job, ErrorText.report(error).text))
            }
        }
    }

    private func readFlow(
        _ job: Int, _ path: String, _ wish: FlowReading.Wish, _ cited: Int?
    ) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            do throws(FlowReading.Fault) {
                let trace = try FlowReading.trace(wish, path: path, cited: cited) { _ in
                    !cancelled.isSet
                }
                mailbox.post(
                    trace.map { .flowRead(job: job, $0) } ?? .failed(job: job, "Stopped."))
            } catch {
                mailbox.post(.failed(job: job, ErrorText.sentence(error, path)))
            }
        }
    }

    private func lookAtHost(_ model: Model) {
        let (mailbox, before) = (mailbox, model.exhibits.host)
        Background.run {
            let look = HostRun.look(HostScope(), watch: nil) { true }
            mailbox.post(
                .hostSeen(
                    HostPicture(
                        first: before?.first, before: before?.latest, latest: look.first,
                        source: look.source)))
        }
    }

    private func loadLedger(_ model: Model) {
        let (store, mailbox, casebook) = (ledger, mailbox, model.conversation.casebook)
        Background.run {
            do throws(StoreError) {
                mailbox.post(
                    .ledger(
                        IncidentLedger(
                            entries: try store.ledger(), cold: Engine(casebook: casebook),
                            now: IncidentCommand.now())))
            } catch {
                mailbox.post(.refused(ErrorText.report(Failure.ledger(error)).text))
            }
        }
    }

    private func withdraw(_ number: Int) {
        do throws(StoreError) {
            try ledger.withdraw(number, time: IncidentCommand.now())
            mailbox.post(.withdrawn(incident: number))
        } catch {
            mailbox.post(.refused(ErrorText.report(Failure.ledger(error)).text))
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

    /// The index goes on in memory where another process has built it from other files; what
    /// only this machine knows does not.
    private var ledger: CasebookStore { (try? sessions.shelf?.open()) ?? store }

    /// Resolved anew, an incident counts as its new cause alone.
    private func takeBack(_ id: String) throws(Failure) {
        guard let earlier = try? ledger.incident(named: sessions.id(of: id)),
            earlier.resolved != nil, let number = earlier.outcome?.number
        else { return }
        do {
            try ledger.withdraw(number, time: IncidentCommand.now())
        } catch {
            throw .ledger(error)
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
        let (mailbox, conversation, folders) = (mailbox, model.conversation, folders)
        let settings = settings
        Background.run {
            do throws(Failure) {
                let faults = try DraftFile.write(
                    conversation, to: path, folders: folders, settings)
                mailbox.post(.drafted(path: path, faults: faults))
            } catch {
                mailbox.post(.refused(ErrorText.report(error).text))
            }
        }
    }

    private func confirm(_ cause: CaseID?, _ verified: Bool, _ model: Model) {
        do throws(Failure) {
            try takeBack(model.id)
            let number = try IncidentConfirmCommand.confirm(
                cause, verified: verified, evidence: model.conversation.evidence, in: ledger)
            mailbox.post(.confirmed(incident: number))
        } catch {
            mailbox.post(.refused(ErrorText.report(error).text))
        }
    }
}

/// Four times a second is as often as a person can read what changes; showing it takes a tenth of the
/// time at most, however much there is to look through.
private struct Pace {
    private static let nanosecondsBetween: Int64 = 250_000_000
    private static let restsForWork: Int64 = 9
    /// Between two looks at the clock; some 2 ms of work.
    private static let packetsBetween = 16_384
    private var next: Int64 = 0
    private var began: Int64 = 0

    mutating func isTime(_ packets: Int) -> Bool {
        guard packets.isMultiple(of: Self.packetsBetween) else { return false }
        began = Self.now()
        return began >= next
    }

    /// What was asked for was shown.
    mutating func wasShown() {
        let end = Self.now()
        next = end + max(Self.nanosecondsBetween, (end - began) * Self.restsForWork)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Model {
    fileprivate var report: IncidentReport { IncidentReport(result, conversation) }
}
