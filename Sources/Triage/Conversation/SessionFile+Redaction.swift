import Casebook

extension SessionFile {
    /// The same facts and steps without what names people, hosts and places: own words, and every
    /// text that was made of what was seen, are left out; targets, hosts and files get numbers.
    /// Ports, counts, times and measures stay.
    public var redacted: SessionFile {
        var names = Pseudonyms()
        var file = self
        file.now = names.redact(now)
        file.past = past.map { names.redact($0) }
        return file
    }
}

/// The same name for the same thing, in one incident.
private struct Pseudonyms {
    private var known: [String: String] = [:]
    private var counts: [String: Int] = [:]

    private mutating func name(_ text: String, _ kind: String, suffix: String = "") -> String {
        let key = "\(kind) \(text)"
        if let name = known[key] { return name }
        counts[kind, default: 0] += 1
        let name = "\(kind)-\(counts[kind] ?? 0)\(suffix)"
        known[key] = name
        return name
    }

    mutating func redact(_ record: SessionFile.Record) -> SessionFile.Record {
        var result = record
        result.move = record.move.map { redact($0) }
        result.said = []
        result.targets = record.targets.map { target($0) }
        result.captures = record.captures.map { capture($0) }
        result.warnings = record.warnings.map { Warning(id: $0.id, summary: "(redacted)") }
        result.servers = record.servers.map { server in
            SessionFile.Record.Server(
                file: capture(server.file), flow: server.flow, server: target(server.server))
        }
        result.evidence = record.evidence.map { redact($0) }
        return result
    }

    private mutating func redact(_ evidence: Evidence) -> Evidence {
        var result = evidence
        result.source = source(evidence.source)
        result.summary = ""
        result.locations = evidence.locations.map { location in
            var location = location
            location.file = capture(location.file)
            return location
        }
        return result
    }

    private mutating func source(_ source: String) -> String {
        let parts = source.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return source }
        switch parts[0] {
        case "capture": return "capture:" + capture(parts[1])
        case "probe": return "probe:" + target(parts[1])
        case "host": return "host:" + name(parts[1], "host")
        // `operator:probably` and the like name nobody.
        case "operator", "report": return source
        default: return parts[0]
        }
    }

    private mutating func capture(_ path: String) -> String {
        path == "-" ? path : name(path, "capture", suffix: ".pcap")
    }

    /// The port stays: it tells what was asked.
    private mutating func target(_ target: String) -> String {
        let digits = target.reversed().prefix { $0.isASCII && $0.isNumber }
        let rest = target.dropLast(digits.count)
        let hasPort = !digits.isEmpty && rest.last == ":"
        return name(target, "target", suffix: hasPort ? ":" + String(digits.reversed()) : "")
    }

    private mutating func redact(_ move: Move) -> Move {
        var result = move
        switch move.kind {
        case .said: result.what = "(redacted)"
        case .read: result.what = capture(move.what)
        case .aimed: result.what = target(move.what)
        case .answered, .corrected, .declined, .removed, .checked: break
        }
        return result
    }
}
