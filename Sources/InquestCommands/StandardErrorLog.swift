import Glibc
import Logging
import Triage

/// Notices on standard error: sentences, or one JSON object a line with `--log-format json`.
struct StandardErrorLog: LogHandler {
    let format: Settings.LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// `-v` shows debugging notices, `-q` errors alone.
    static func bootstrap(_ settings: Settings) {
        let level: Logger.Level = settings.quiet ? .error : settings.verbose ? .debug : .notice
        let format = settings.logFormat
        LoggingSystem.bootstrap { _ in StandardErrorLog(format: format, logLevel: level) }
    }

    func log(event: LogEvent) {
        emit(level: event.level.rawValue, event.message.description)
    }

    private func emit(level: String, _ message: String) {
        _ = Console.writeAll(Self.line(format, level: level, message), to: STDERR_FILENO)
    }

    /// The sentence with which the process, or the work on one file, ends.
    static func error(_ text: String, _ format: Settings.LogFormat) {
        _ = Console.writeAll(line(format, level: "error", text), to: STDERR_FILENO)
    }

    private static func line(
        _ format: Settings.LogFormat, level: String, _ message: String
    ) -> [UInt8] {
        guard format == .json else {
            let lines = SafeText.lines("inquest: " + message)
            return Array((lines.joined(separator: "\n") + "\n").utf8)
        }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.log/1")
            writer.member("level", level)
            writer.member("message", message)
        }
        writer.endLine()
        return writer.bytes
    }
}
