import Casebook
import PacketCapture
import Triage
import TriageTUI

/// Captures of several points, of an interface, and what is saved of them.
extension EffectPerformer {
    func compare(_ job: Int, _ paths: [String], _ casebook: Casebook) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            do throws(CaptureError) {
                let run = try ComparisonRun(
                    paths: paths, analyses: true, casebook: casebook, digests: Self.listedFlows
                ) { file, packets in
                    if packets.isMultiple(of: 65_536) {
                        let words = "\(file), \(Figures.plural(packets, "packet"))"
                        mailbox.post(.checkProgress(job: job, stage: words))
                    }
                    return !cancelled.isSet
                }
                mailbox.post(.compared(job: job, run))
            } catch {
                mailbox.post(.failed(job: job, ErrorText.report(error).text))
            }
        }
    }

    /// Until somebody cancels it, which is its normal end. Root's rights stay: the next capture of
    /// this process needs them again.
    func captureLive(_ job: Int, _ interface: String, _ file: String?) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            var wish = LiveRun.Wish(interface: interface)
            wish.file = file
            wish.digests = Self.listedFlows
            wish.needs = .screens
            wish.heir = nil
            do throws(LiveRun.Fault) {
                let source = try LiveRun(wish, environment: [:])
                var watcher = LiveWatcher { _ in !cancelled.isSet }
                watcher.glimpse = {
                    mailbox.post(.captureProgress(job: job, share: nil, $0))
                }
                let outcome = source.capture(watcher)
                mailbox.post(
                    .captureRead(job: job, path: file ?? interface, outcome.capture))
            } catch {
                let failure: Failure =
                    switch error {
                    case .capture(let fault): .live(fault)
                    case .writing(let fault): .saving(fault)
                    }
                mailbox.post(.failed(job: job, ErrorText.report(failure).text))
            }
        }
    }

    func saveSlice(_ job: Int, _ path: String, _ findings: [Evidence], _ capture: String) {
        let cancelled = begin(job)
        let mailbox = mailbox
        Background.run {
            let wish = CaptureSlice.Wish(
                path: path, isWhole: false, program: "inquest \(Inquest.version)")
            do throws(CaptureSlice.Fault) {
                let slice = try CaptureSlice(findings, of: [SliceInput(file: capture)], wish) {
                    _, _ in
                    !cancelled.isSet
                }
                mailbox.post(
                    .sliceSaved(
                        job: job,
                        "\(Figures.plural(slice.packets, "packet")) of "
                            + "\(Figures.plural(slice.flows, "cited flow")) saved in \(path)."))
            } catch {
                mailbox.post(.failed(job: job, Self.words(error, path)))
            }
        }
    }

    private static func words(_ fault: CaptureSlice.Fault, _ path: String) -> String {
        switch fault {
        case .capture(let fault): ErrorText.report(Failure.capture(fault)).text
        case .writing(let fault): ErrorText.report(Failure.saving(fault)).text
        case .nothingCited: "No finding cites a packet; nothing was saved."
        case .stopped: "Stopped; \(path) was not written."
        }
    }
}
