public import Probes

/// Puts the incident's own target and capture into the commands that cases and findings give.
public struct CommandFilling: Hashable, Sendable {
    /// A target of probes, often `host:port`; `nil` when nobody named it and no capture told it.
    public let target: String?
    public let capture: String?

    public init(target: String?, capture: String?) {
        self.target = target
        self.capture = capture == "-" ? nil : capture
    }

    /// `{target}`, `{capture}` and the words TARGET and FILE, or a `<name>` to be filled in.
    public func fill(_ command: String) -> String {
        let target = target.map(Self.quoted) ?? "<host:port>"
        let capture = capture.map(Self.quoted) ?? "<file.pcap>"
        let command = fillPlaces(command, target)
        return command.split(separator: " ", omittingEmptySubsequences: false).map { word in
            switch word {
            case "TARGET": target
            case "FILE": capture
            default: Self.replace("{target}", target, Self.replace("{capture}", capture, word))
            }
        }.joined(separator: " ")
    }

    /// `<server>` and `<port>` as far as they are known.
    private func fillPlaces(_ command: String, _ words: String) -> String {
        guard let target, let place = try? ProbeTarget(parsing: target) else { return command }
        var filled = Self.replace("<server>:<port>", words, command)
        filled = Self.replace("<server>", Self.quoted(place.host), filled)
        return Self.replace("<port>", "\(place.port)", filled)
    }

    /// Whether this version of `inquest` has the command; commands of other programs count as had.
    public static func isAvailable(_ command: String) -> Bool {
        let words = command.split(separator: " ")
        guard words.first == "inquest", words.count > 1 else { return true }
        if words[1] == "probe" { return !checks(in: command).isEmpty }
        let later: Set<Substring> = ["--interface", "--for"]
        return availableCommands.contains(words[1]) && later.isDisjoint(with: words)
    }

    /// Whether reading a capture establishes it; what `inquest host` needs to be told of a service
    /// or a log is left to a person.
    static func establishesByReading(_ command: String) -> Bool {
        isAvailable(command) && !command.hasPrefix("inquest host")
    }

    /// The probes that an `inquest probe TARGET CHECK…` runs, if this version has all of them.
    public static func checks(in command: String) -> [any Probe.Type] {
        let words = command.split(separator: " ")
        guard words.count > 3, words[0] == "inquest", words[1] == "probe" else { return [] }
        let names = words[3...].prefix { !$0.hasPrefix("-") && !$0.hasPrefix("#") }
        let probes = names.compactMap { ProbeList.named(String($0)) }
        return probes.count == names.count ? probes : []
    }

    private static let availableCommands: Set<Substring> = [
        "diagnose", "capture", "host", "sql", "case", "finding", "symptom", "info",
    ]

    /// `word` as one word of a POSIX shell, whatever it holds.
    public static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "._/-:[]@%+=,".utf8.contains(byte)
            }
        }
        // A leading dash would be taken for an option.
        if plain, !word.isEmpty { return word.hasPrefix("-") ? "./" + word : word }
        return "'" + replace("'", "'\\''", word) + "'"
    }

    private static func replace(
        _ part: String, _ replacement: String, _ text: some StringProtocol
    ) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = firstRange(of: part, in: rest) {
            result += rest[..<start] + replacement
            rest = rest[start...].dropFirst(part.count)
        }
        return result + rest
    }

    private static func firstRange(of part: String, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(part) }
    }
}
