import Casebook
import Diagnosis
import TerminalUI
import TrafficAnalysis
import Triage

extension Model {
    /// Seconds between two looks at this host while somebody watches.
    static let hostPause: Int64 = 3

    mutating func take(_ glimpse: CaptureGlimpse, share: Double?, of job: Int) {
        let bar = share.map { Widgets.bar($0, cells: 10) + " \(Int($0 * 100)) %, " } ?? ""
        let found = glimpse.findings.count
        setStage(
            of: job,
            bar + Figures.plural(glimpse.packets, "packet")
                + (found > 0 ? ", \(Figures.plural(found, "finding")) so far" : ""))
        exhibits.change(job: job) {
            $0.share = share
            $0.glimpse = glimpse
        }
    }

    /// A capture that is being read has its place among the exhibits from the beginning.
    mutating func expectCapture(_ path: String, job: Int, isOnDisk: Bool = true) {
        exhibits.captures.removeAll { $0.path == path }
        exhibits.captures.append(.init(path: path, job: job, isOnDisk: isOnDisk))
    }

    mutating func endCapture(job: Int, _ run: CaptureRun?) {
        exhibits.change(job: job) {
            $0.run = run
            $0.job = nil
            $0.glimpse = nil
        }
        exhibits.captures.removeAll { $0.job == nil && $0.run == nil }
        changeParts(TrafficScreen.self) { $0.captureChanged() }
    }

    mutating func take(_ picture: HostPicture, _ now: Int64) {
        exhibits.host = picture
        exhibits.isLooking = false
        if watchesHost { wakeAt = now + Self.hostPause }
    }

    /// The clock reached `wakeAt`.
    mutating func tick(_ now: Int64) -> [Effect] {
        wakeAt = nil
        guard watchesHost, !exhibits.isLooking else { return [] }
        exhibits.isLooking = true
        return [.lookAtHost]
    }

    /// Only somebody who sees it costs processor time.
    private var watchesHost: Bool {
        guard case .part(let part) = screen, let host = part as? HostScreen else { return false }
        return !host.isPaused
    }

    /// A packet, or a flow, of a capture.
    mutating func openFlow(_ wish: FlowReading.Wish, of path: String, cited: Int?) -> [Effect] {
        guard exhibits.capture(at: path)?.isOnDisk ?? true else {
            notice = "The packets of \(Phrases.name(path)) were not saved; w in :live saves them."
            return []
        }
        var screen = FlowScreen(path: path, cited: cited)
        let name = Phrases.name(path)
        let effects = startJob("reading a flow of \(name)", steps: []) {
            .readFlow(job: $0, path: path, wish, cited: cited)
        }
        screen.job = nextJob - 1
        return effects + open(screen)
    }

    /// `:flow 12`, `:packet 345`: of the capture that was read last.
    mutating func openNumbered(_ word: String, _ text: String) -> [Effect] {
        guard let number = Int(text), number >= (word == "flow" ? 0 : 1) else {
            notice = ":\(word) needs a number, as Wireshark counts them."
            return []
        }
        guard let capture = exhibits.captures.last(where: { $0.run != nil }) else {
            notice = "No capture was read yet."
            return []
        }
        return openPlace(
            Evidence.Location(
                file: capture.path, flow: word == "flow" ? number : nil,
                packet: word == "packet" ? number : nil))
    }

    /// The flow of a place that evidence cites.
    mutating func openPlace(_ place: Evidence.Location) -> [Effect] {
        if let flow = place.flow {
            let digests = exhibits.capture(at: place.file)?.run?.report.digests
            let known = digests.flatMap { list in
                list.place(ofFlow: flow).map { list.flows[$0].place }
            }
            return openFlow(
                known.map { .known($0) } ?? .flow(flow), of: place.file, cited: place.packet)
        }
        if let packet = place.packet {
            return openFlow(.packet(packet), of: place.file, cited: packet)
        }
        notice = "That place has no packet."
        return []
    }

    /// Asks where to save the flows that the findings of a capture cite.
    mutating func askForSlice(of path: String) {
        guard let capture = exhibits.capture(at: path), let run = capture.run else {
            notice = "It can be saved when all is read."
            return
        }
        guard capture.isOnDisk else {
            notice = "The packets of \(Phrases.name(path)) were not saved; w in :live saves them."
            return
        }
        guard run.report.findings.contains(where: { $0.state == .present && !$0.locations.isEmpty })
        else {
            notice = "No finding of it cites a packet."
            return
        }
        let name = Phrases.name(path).split(separator: ".").first.map(String.init) ?? "capture"
        prompt = .slicePath(capture: path, LineEditor("\(name)-cited.pcapng"))
    }

    mutating func saveSlice(of capture: String, to path: String) -> [Effect] {
        guard !path.isEmpty, let run = exhibits.capture(at: capture)?.run else { return [] }
        let findings = run.report.findings
        return startJob("saving \(path)", steps: []) {
            .saveSlice(job: $0, path: path, findings, capture: capture)
        }
    }
}
