public import Casebook

/// What a log showed.
public struct LogReport: Sendable {
    public struct Match: Hashable, Sendable {
        public var target: LogTarget
        public var hit: LogScan.Hit
    }

    /// The file, `-` for standard input, `kernel log`, `journal`.
    public var name: String
    public var totals: LogScan.Totals
    /// In the order of the targets; only what was seen.
    public var matches: [Match]
    /// How many texts were looked for.
    public var targets: Int
    /// Why it was not read to its end.
    public var cutShort: String?
    /// Whether it is the kernel's own, so that what it does not hold did not happen.
    public var coverage = Coverage.unknown
    /// `host:NAME`.
    public var source: String

    public enum Coverage: Hashable, Sendable {
        /// Some program's log: whether the one that would tell writes to it is not known.
        case unknown
        /// The kernel's, without a gap since the boot or this time (nanoseconds since 1970).
        case kernelSinceBoot
        case kernel(since: Int64)
    }

    /// Of one finding all its texts together, in the order of the targets.
    public var findings: [Evidence] {
        var order: [FactID] = []
        var found: [FactID: [Match]] = [:]
        for match in matches {
            if found[match.target.fact] == nil { order.append(match.target.fact) }
            found[match.target.fact, default: []].append(match)
        }
        var evidence = order.map { present($0, found[$0] ?? []) }
        evidence += notFound(LogTarget.kernelFindings.filter { found[$0] == nil })
        if !order.contains(where: { $0.hasPrefix(SignatureFinding.general) }),
            coverage == .unknown
        {
            evidence.append(noSignature)
        }
        return evidence
    }

    private func present(_ fact: FactID, _ matches: [Match]) -> Evidence {
        let lines = matches.flatMap(\.hit.lines).sorted { $0.number < $1.number }
        let count = matches.reduce(0) { $0 + $1.hit.count }
        return Evidence(
            id: fact, kind: .finding, state: .present, source: source, count: count,
            summary: matches.map(\.sentence).joined(separator: " "),
            measure: Evidence.Measure(value: Double(count), unit: "count"),
            locations: lines.prefix(LogScan.keptLines).map {
                Evidence.Location(file: name, line: $0.number, time: $0.time)
            })
    }

    private func notFound(_ facts: [FactID]) -> [Evidence] {
        switch coverage {
        case .unknown: []
        case .kernelSinceBoot: facts.map { absent($0, "since the boot") }
        case .kernel(let since): facts.map { absent($0, "since \(LogTimeText.text(since))") }
        }
    }

    private func absent(_ fact: FactID, _ since: String) -> Evidence {
        Evidence(
            id: fact, kind: .finding, state: .absent, source: source,
            summary: "The kernel log has no such line \(since).")
    }

    private var noSignature: Evidence {
        Evidence(
            id: SignatureFinding.general, kind: .finding, state: .unknown, source: source,
            summary: "None of \(targets) known texts is in the \(totals.lines) lines of \(name); "
                + "whether the programs that would write them log there cannot be told.")
    }
}

extension LogReport.Match {
    /// `“…” (nginx): 12 lines, 17 to 4021, 2026-01-01 00:00:00 to 00:59:58 UTC.`
    fileprivate var sentence: String {
        let what = "“\(target.signature.text)” (\(target.signature.printedBy)): "
        guard let first = hit.lines.first else { return what }
        guard hit.count > 1 else {
            return what + "line \(first.number)" + LogTimeText.suffix(first.time, nil) + "."
        }
        return what + "\(hit.count) lines, \(first.number) to \(hit.lastLine.number)"
            + LogTimeText.suffix(first.time, hit.lastLine.time) + "."
    }
}

/// Times in sentences: `2026-01-01 00:00:00 UTC`.
enum LogTimeText {
    static func suffix(_ first: Int64?, _ last: Int64?) -> String {
        guard let first else { return "" }
        guard let last, last != first else { return ", \(text(first))" }
        return ", \(text(first)) to \(text(last))"
    }

    static func text(_ nanoseconds: Int64) -> String {
        let seconds = CivilDate.floorDivide(nanoseconds, 1_000_000_000)
        let day = CivilDate.floorDivide(seconds, 86_400)
        let (year, month, date) = CivilDate.parts(ofDay: day)
        let clock = seconds - day * 86_400
        let parts = [month, date, clock / 3600, clock / 60 % 60, clock % 60].map {
            ($0 < 10 ? "0" : "") + String($0)
        }
        return "\(year)-\(parts[0])-\(parts[1]) \(parts[2]):\(parts[3]):\(parts[4]) UTC"
    }
}
