import Logging
import PacketCapture
import Triage

extension CaptureCommand {
    /// Captures from an interface and shows what `capture FILE` shows.
    func captureLive(_ interface: String, _ run: Run) throws(Failure) -> ExitStatus {
        Interrupt.endByTermination()
        let wish = live.wish(on: interface, filter: files, file: writing.write, keepsFlows: flows)
        let outcome = try record(wish, run)
        var capture = outcome.capture
        // ^C before the end that was asked for.
        capture.interrupted = outcome.end == .stopped && !live.endsByInterrupt
        if outcome.writeError != nil { capture.interrupted = false }
        show(capture, run.console)
        run.console.flush()
        if let fault = outcome.writeError { throw .saving(fault) }
        return capture.interrupted ? .interrupted : .done
    }

    private func record(_ wish: LiveRun.Wish, _ run: Run) throws(Failure) -> LiveRun.Outcome {
        let logger = Logger(label: "inquest.capture")
        if let warning = Self.promiscuity(wish) { logger.warning("\(warning)") }
        let source = try open(wish, run)
        if let user = source.user { logger.debug("gave up root's rights, now user \(user)") }
        logger.notice("\(announcement(wish, link: source.link))")
        var progress = Progress(name: wish.interface, console: run.console)
        var watcher = LiveWatcher { packets in
            progress.show(packets: packets)
            return !Interrupt.requested && run.console.failure == nil
        }
        watcher.wentDown = {
            logger.warning("\(wish.interface) went down; waiting for it to come back")
        }
        if ndjson, !flows {
            watcher.found = { finding in
                run.console.write(EvidenceFile.write([finding]))
                run.console.flush()
            }
        }
        let outcome = source.capture(watcher)
        progress.finish()
        report(outcome, wish, logger)
        return outcome
    }

    /// pcap(3): the device `any` cannot be put into promiscuous mode.
    private static func promiscuity(_ wish: LiveRun.Wish) -> String? {
        wish.promiscuous && wish.interface == "any"
            ? "'any' has no promiscuous mode; name an interface" : nil
    }

    private func open(_ wish: LiveRun.Wish, _ run: Run) throws(Failure) -> LiveRun {
        do {
            return try LiveRun(wish, environment: run.settings.environment)
        } catch {
            switch error {
            case .capture(let fault): throw .live(fault)
            case .writing(let fault): throw .saving(fault)
            }
        }
    }

    private func announcement(_ wish: LiveRun.Wish, link: String) -> String {
        var text = "capturing on \(wish.interface) (\(link))"
        if let filter = wish.filter { text += ", only \(filter)" }
        let bounds = [
            live.packets.map { Figures.plural($0, "packet") },
            live.seconds.map { "\(Figures.number($0)) s" },
        ].compactMap(\.self)
        let bound = bounds.isEmpty ? "" : " or after " + bounds.joined(separator: " or ")
        return text + "; ends by ^C" + (bound.isEmpty ? ", at the latest in an hour" : bound)
    }

    private func report(_ outcome: LiveRun.Outcome, _ wish: LiveRun.Wish, _ logger: Logger) {
        if outcome.end == .deadline, live.seconds == nil {
            logger.notice("an hour is over; --for SECONDS captures for longer")
        }
        guard let saved = outcome.savedPackets, outcome.writeError == nil else { return }
        if wish.ring != nil, let first = outcome.files.first, let last = outcome.files.last {
            let kept = "those from \(first.firstPacket) on are in \(first.path) to \(last.path)"
            logger.notice("\(Figures.plural(saved, "packet")) saved, \(kept)")
        } else if let file = wish.file {
            logger.notice("\(Figures.plural(saved, "packet")) saved in \(file)")
        }
    }
}
