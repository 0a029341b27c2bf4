import Glibc
import HostInspection

/// The journal of systemd, by `journalctl -o json`.
enum JournalLog {
    /// Standard output at most; an hour of a busy host has some hundred megabytes of JSON.
    private static let limit = 512 << 20
    private static let seconds = 60.0

    /// What the journal holds since a moment that journalctl(1) understands. Where there is no
    /// journal the report is empty and says why.
    static func read(
        since: String, _ search: LogSearch, source: String, now: Int64
    ) -> LogReport {
        let program = ChildProcess(
            "journalctl",
            ["-o", "json", "--no-pager", "-q", "--since", since, "--output-fields", fields])
        var text: [UInt8] = []
        var line: [UInt8] = []
        var malformed = 0
        let end = program.run(limit: limit, seconds: seconds) { chunk in
            for byte in chunk {
                if byte != UInt8(ascii: "\n") {
                    line.append(byte)
                } else {
                    if !append(line, to: &text) { malformed += 1 }
                    line.removeAll(keepingCapacity: true)
                }
            }
        }
        var reason = end.reason
        if malformed > 0, reason == nil { reason = "\(malformed) entries could not be understood" }
        return search.read(
            lines: text, name: "journal", source: source, now: now, cutShort: reason)
    }

    private static let fields = "MESSAGE,SYSLOG_IDENTIFIER,_COMM"

    /// One entry as a line `SECONDS.MICROSECONDS NAME: MESSAGE`.
    private static func append(_ entry: [UInt8], to text: inout [UInt8]) -> Bool {
        var reader = JSONReader(entry)
        guard let node = try? reader.next(), let time = node["__REALTIME_TIMESTAMP"]?.string,
            let microseconds = Int64(time), let message = node["MESSAGE"].flatMap(message)
        else { return false }
        let name = node["SYSLOG_IDENTIFIER"]?.string ?? node["_COMM"]?.string ?? "-"
        let fraction = String(microseconds % 1_000_000)
        let zeros = String(repeating: "0", count: max(0, 6 - fraction.count))
        text += Array("\(microseconds / 1_000_000).\(zeros)\(fraction) \(name): ".utf8)
        // A message of several lines is one entry.
        text += message.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 }
        text.append(UInt8(ascii: "\n"))
        return true
    }

    /// Text, or a list of bytes where it is not printable UTF-8 (systemd.io/JOURNAL_EXPORT_FORMATS).
    private static func message(_ node: JSONNode) -> [UInt8]? {
        if let text = node.string { return Array(text.utf8) }
        return node.array?.map { UInt8(exactly: $0.number ?? -1) ?? UInt8(ascii: "?") }
    }
}
