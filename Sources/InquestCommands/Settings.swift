import Glibc

/// What flags and environment variables say together; a flag wins over a variable.
struct Settings {
    enum LogFormat: String, CaseIterable {
        case text, json
    }

    var casebooks: [String] = []
    var database: String?
    var colourAllowed = true
    var plain = false
    var quiet = false
    var verbose = false
    /// Nobody is there to answer a question.
    var inputRefused = false
    var logFormat = LogFormat.text
    let environment: [String: String]

    init(environment: [String: String]) { self.environment = environment }

    init(options: GlobalOptions, environment: [String: String]) throws(Failure) {
        self.environment = environment
        casebooks = options.casebook
        database = options.database
        plain = options.plain || Self.flag(environment, "INQUEST_PLAIN")
        quiet = options.quiet || Self.flag(environment, "INQUEST_QUIET")
        verbose = options.verbose || Self.flag(environment, "INQUEST_VERBOSE")
        inputRefused = options.noInput || Self.flag(environment, "INQUEST_NO_INPUT")
        let refused =
            options.noColor || plain || Self.text(environment, "NO_COLOR") != nil
            || Self.flag(environment, "INQUEST_NO_COLOR")
        let terminal = Self.text(environment, "TERM")
        colourAllowed = !refused && terminal != nil && terminal != "dumb"
        let format = options.logFormat ?? Self.text(environment, "INQUEST_LOG_FORMAT") ?? "text"
        guard let known = LogFormat(rawValue: format) else {
            throw .badValue(
                option: "--log-format", value: format, expected: LogFormat.allCases.map(\.rawValue))
        }
        logFormat = known
    }

    /// An empty variable is one that is not set (no-color.org, XDG Base Directory Specification).
    private static func text(_ environment: [String: String], _ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func flag(_ environment: [String: String], _ name: String) -> Bool {
        !["", "0", "no", "false"].contains(environment[name] ?? "")
    }
}

extension Settings {
    /// Whether a variable says yes: set, and none of `0`, `no`, `false`.
    static func isSet(_ name: String, _ environment: [String: String]) -> Bool {
        flag(environment, name)
    }

    /// The environment of this process.
    static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            // Bytes, not characters: every run comes through here.
            if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                let value = text[text.utf8.index(after: equals)...]
                variables[String(text[..<equals])] = String(value)
            }
            entry += 1
        }
        return variables
    }
}
