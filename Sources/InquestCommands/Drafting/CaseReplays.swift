import Casebook
import CasebookFiles
import Glibc
import PacketCapture
import Redaction
import Triage

/// Copies what an incident was seen by into the folder of a new case: captures cut to the flows
/// that matter, all of it without addresses and names.
struct CaseReplays {
    /// A capture that is to be copied, with what it showed.
    struct Capture {
        var path: String
        var input: SliceInput
        /// The case must not come out of it.
        var isNearMiss = false
    }

    /// Where nothing is cited, a whole file of this size is still a good replay.
    private static let wholeLimit = 1 << 20

    let folder: String
    private let key = RedactionKey.random()
    private(set) var rows: [Case.Replay] = []
    /// What was done and what was not, a sentence each.
    private(set) var notes: [String] = []
    /// Names in the case, by the path that evidence cites.
    private var names: [String: String] = [:]

    /// - Parameter folder: of the case; it exists.
    init(folder: String) { self.folder = folder }

    mutating func copy(
        _ captures: [Capture], _ evidence: [Evidence], goOn: () -> Bool
    ) {
        PrivateFolder.make("\(folder)/replays")
        for capture in captures {
            let number = captures.prefix { $0.path != capture.path }
                .count { $0.isNearMiss == capture.isNearMiss }
            let stem = capture.isNearMiss ? "near-miss" : "capture"
            let name = "replays/\(stem)-\(number + 1).pcapng"
            copy(capture, evidence, name, goOn)
        }
    }

    private mutating func copy(
        _ capture: Capture, _ evidence: [Evidence], _ name: String, _ goOn: () -> Bool
    ) {
        names[capture.path] = String(name.dropFirst("replays/".count))
        var facts = stat()
        let size = stat(capture.path, &facts) == 0 ? Int(facts.st_size) : 0
        for isWhole in [capture.isNearMiss && size <= Self.wholeLimit, true] {
            do throws(CaptureSlice.Fault) {
                let slice = try CaptureSlice(
                    evidence, of: [capture.input],
                    CaptureSlice.Wish(
                        path: "\(folder)/\(name)", isWhole: isWhole,
                        program: "inquest \(Inquest.version)", redaction: key)
                ) { _, _ in goOn() }
                return take(slice, name, capture, isWhole)
            } catch {
                if case .nothingCited = error, size <= Self.wholeLimit { continue }
                return notes.append("\(capture.path) was not copied: \(Self.words(error)).")
            }
        }
    }

    private mutating func take(
        _ slice: CaptureSlice, _ name: String, _ capture: Capture, _ isWhole: Bool
    ) {
        var facts = stat()
        if stat("\(folder)/\(name)", &facts) == 0, Int(facts.st_size) > CaseFolder.fileLimit {
            unlink("\(folder)/\(name)")
            notes.append(
                "\(capture.path) was not copied: what matters of it has \(Figures.bytes(UInt64(facts.st_size))); "
                    + "a replay has \(Figures.bytes(UInt64(CaseFolder.fileLimit))) at most.")
            return
        }
        rows.append(
            Case.Replay(file: name, expect: capture.isNearMiss ? .notConfirmed : .likely))
        notes.append(
            "\(name): \(Figures.plural(slice.packets, "packet")) of "
                + (isWhole ? "all flows" : Figures.plural(slice.flows, "cited flow"))
                + ", addresses and names replaced"
                + (slice.missing.isEmpty
                    ? "."
                    : "; by itself it tells otherwise of \(slice.missing.joined(separator: ", ")).")
        )
    }

    /// Everything that was known, as evidence, where captures alone do not tell it.
    mutating func record(_ evidence: [Evidence], unlessFrom captures: [Capture]) throws(Failure) {
        let copied = Set(
            captures.filter { !$0.isNearMiss && names[$0.path] != nil }.map {
                "capture:\($0.path)"
            })
        guard evidence.contains(where: { $0.state != .unknown && !copied.contains($0.source) })
        else { return }
        PrivateFolder.make("\(folder)/replays")
        let name = "replays/evidence.json"
        let bytes = EvidenceFile.write(RedactedEvidence(names: names).redact(evidence))
        try OutputFile.write(bytes, to: "\(folder)/\(name)")
        rows.append(Case.Replay(file: name, expect: .likely))
        notes.append(
            "\(name): \(Figures.plural(evidence.count, "fact")), addresses and names replaced.")
    }

    /// How the replays were made, as the casebook wants it told.
    func writeReadme() throws(Failure) {
        if rows.isEmpty { return }
        let lines =
            ["Made by inquest \(Inquest.version) from an incident:", ""]
            + notes.filter { $0.hasPrefix("replays/") }.map { "- \($0)" }
        try OutputFile.write(
            Array((lines.joined(separator: "\n") + "\n").utf8), to: "\(folder)/replays/README.md")
    }

    private static func words(_ fault: CaptureSlice.Fault) -> String {
        switch fault {
        case .capture(let fault): ErrorText.report(fault).text
        case .writing(let fault): ErrorText.report(Failure.saving(fault)).text
        case .nothingCited: "no finding cites a packet of it, and it is too large to copy whole"
        case .stopped: "it was stopped"
        }
    }
}

/// Evidence without what tells whose it is; the diagnosis stays the same.
struct RedactedEvidence {
    private let redactor = Redactor(isOn: true)
    /// Of files, by path.
    private let names: [String: String]

    init(names: [String: String]) { self.names = names }

    func redact(_ evidence: [Evidence]) -> [Evidence] {
        redactor.hide(evidence.compactMap(Self.host))
        return evidence.map { item in
            var copy = item
            copy.source = source(item)
            copy.summary = redactor.text(item.summary)
            copy.locations = item.locations.map { place in
                var copy = place
                copy.file = name(place.file)
                return copy
            }
            return copy
        }
    }

    private func source(_ item: Evidence) -> String {
        let parts = item.source.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return item.source }
        let what = String(parts[1])
        return "\(parts[0]):" + (item.instrument == .capture ? name(what) : redactor.text(what))
    }

    private func name(_ path: String) -> String { names[path] ?? redactor.path(path) }

    /// The name in `probe:tls://db1.example:443` and in `host:db1`.
    private static func host(_ item: Evidence) -> String? {
        guard item.instrument == .probe || item.instrument == .host,
            let target = item.source.split(separator: ":", maxSplits: 1).dropFirst().first
        else { return nil }
        var rest = target
        while let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let host = rest.prefix { $0 != ":" && $0 != "/" }
        return host.isEmpty || host.hasPrefix("[") ? nil : String(host)
    }
}
