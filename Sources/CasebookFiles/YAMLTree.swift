internal import Yams

/// A YAML value with its place; what libyaml gives, without tags, anchors and aliases.
struct YAMLTree {
    indirect enum Content {
        /// `isPlain`: written without quotes, so that `~` and nothing mean "no value".
        case scalar(String, isPlain: Bool)
        case sequence([YAMLTree])
        case mapping([(key: Located<String>, value: YAMLTree)])
    }
    var content: Content
    var place: Place

    /// `a text`, `a list` or `a mapping`, for messages.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// Nothing was written, or `~` or `null`.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            return ["", "~", "null"].contains(text)
        }
        return false
    }
}

/// How much of a YAML text is accepted; a case file has some 200 values in four levels.
struct YAMLBounds {
    var depth = 12
    var values = 20_000
}

extension YAMLTree {
    /// Reads one YAML document; faults go to `log`.
    ///
    /// - Parameters:
    ///   - lines: without forbidden characters.
    ///   - firstLine: the number in the file of `lines[0]`.
    /// - Returns: `nil` when the text is not YAML or is refused.
    static func read(
        _ lines: ArraySlice<Substring>, firstLine: Int, bounds: YAMLBounds = YAMLBounds(),
        log: FaultLog
    ) -> YAMLTree? {
        guard !holdsAlias(lines, firstLine: firstLine, log: log) else { return nil }
        var lines = Array(lines)
        // Each round takes one repeated key out of the way, so that it hides no other fault.
        for round in 0..<50 {
            // Line feeds before and after: the first for true line numbers, the last because
            // Yams keeps no hold of texts that Swift stores inline (up to 15 bytes).
            let text =
                String(repeating: "\n", count: firstLine - 1) + lines.joined(separator: "\n")
                + String(repeating: "\n", count: 16)
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                let root = try parser.singleRoot()
                // Anchors live as long as the parser.
                return withExtendedLifetime(parser) {
                    var reader = TreeReader(bounds: bounds, log: log)
                    return root.flatMap { reader.tree($0, depth: 1) }
                }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let place = Place(line: context.mark.line, column: context.mark.column)
                guard
                    hideRepeats(
                        of: keys, after: place, in: &lines, firstLine: firstLine, round: round,
                        log: log)
                else {
                    log.error(place, "key \(quoted(keys.first ?? "")) is given twice")
                    return nil
                }
            } catch {
                report(error, log)
                return nil
            }
        }
        return nil
    }

    /// Keys that stand for a repeated one; a private-use scalar cannot be typed by mistake.
    static let hiddenKey: Unicode.Scalar = "\u{E000}"

    /// Reports the second key of each pair of equal keys and renames it.
    private static func hideRepeats(
        of keys: [String], after first: Place, in lines: inout [Substring], firstLine: Int,
        round: Int, log: FaultLog
    ) -> Bool {
        guard let key = keys.first, !key.isEmpty else { return false }
        var index = first.line - firstLine + 1
        let indent = first.column - 1
        while index < lines.count {
            let spaces = lines[index].unicodeScalars.prefix { $0 == " " || $0 == "-" }.count
            let rest = lines[index].unicodeScalars.dropFirst(spaces)
            let isKey = ["", "\"", "'"].contains { quote in
                String(rest).hasPrefix("\(quote)\(key)\(quote):")
            }
            if spaces == indent, isKey {
                log.error(
                    Place(line: index + firstLine, column: indent + 1),
                    "key \(quoted(key)) is given twice", "first in line \(first.line)")
                let quotes = rest.first == "\"" || rest.first == "'" ? 2 : 0
                let tail = rest.dropFirst(key.unicodeScalars.count + quotes)
                let head = String(lines[index].unicodeScalars.prefix(spaces))
                lines[index] = "\(head)\(hiddenKey)\(round)\(String(tail))"[...]
                return true
            }
            index += 1
        }
        return false
    }

    /// Refuses texts in which an alias may follow an anchor of the same name, before libyaml sees
    /// them: comparing keys that are aliases of aliases takes exponential time in Yams.
    private static func holdsAlias(
        _ lines: ArraySlice<Substring>, firstLine: Int, log: FaultLog
    ) -> Bool {
        var anchors: [String: Place] = [:]
        var aliases: Set<String> = []
        for (number, line) in lines.enumerated() where line.utf8.contains(where: isSigil) {
            var previous: Unicode.Scalar = " "
            var column = 0
            for index in line.unicodeScalars.indices {
                let scalar = line.unicodeScalars[index]
                column += 1
                if scalar == "&" || scalar == "*", " \t[{,:-?".unicodeScalars.contains(previous) {
                    let name = String(
                        line.unicodeScalars[index...].dropFirst().prefix(while: isNameScalar))
                    if scalar == "*" {
                        aliases.insert(name)
                    } else if anchors[name] == nil, !name.isEmpty {
                        anchors[name] = Place(line: firstLine + number, column: column)
                    }
                }
                previous = scalar
            }
        }
        let used = anchors.filter { aliases.contains($0.key) }.map(\.value).sorted()
        for place in used.prefix(1) {
            log.error(place, "anchors and aliases are not allowed", "write the value out")
        }
        return !used.isEmpty
    }

    private static func isSigil(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")
    }

    /// What libyaml takes for a letter of an anchor's name.
    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func report(_ error: any Error, _ log: FaultLog) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let text = ([problem] + [context?.text].compactMap(\.self)).joined(separator: ", ")
            log.error(
                Place(line: mark.line, column: mark.column),
                "not YAML: \(printable(text, limit: 200))",
                advice(problem))
        default:
            log.error(.start, "not YAML: \(printable("\(error)", limit: 200))")
        }
    }

    private static func advice(_ problem: String) -> String? {
        if problem.contains("mapping values are not allowed") {
            return "put a text that holds “: ” in double quotes"
        }
        if problem.contains("cannot start any token") || problem.contains("did not find expected") {
            return "put the text in double quotes, or check the indentation"
        }
        if problem.contains("undefined alias") {
            return "put a text that begins with “*” in double quotes"
        }
        if problem.contains("nesting level") { return "a case needs four levels at most" }
        return nil
    }
}

/// Turns Yams's nodes into a bounded tree.
private struct TreeReader {
    let bounds: YAMLBounds
    let log: FaultLog
    private var values = 0

    init(bounds: YAMLBounds, log: FaultLog) {
        self.bounds = bounds
        self.log = log
    }

    mutating func tree(_ node: Node, depth: Int) -> YAMLTree? {
        let place = Place(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        values += 1
        guard values <= bounds.values else {
            if values == bounds.values + 1 {
                log.error(place, "more than \(bounds.values) values")
            }
            return nil
        }
        guard depth <= bounds.depth else {
            log.error(place, "nested more than \(bounds.depth) levels deep")
            return nil
        }
        if let anchor = node.anchor {
            log.error(
                place, "anchors and aliases are not allowed",
                "remove “&\(printable(anchor.rawValue, limit: 60))”")
        }
        return content(node, depth: depth).map { YAMLTree(content: $0, place: place) }
    }

    private mutating func content(_ node: Node, depth: Int) -> YAMLTree.Content? {
        switch node {
        case .scalar(let scalar):
            let place = Place(line: scalar.mark?.line ?? 1, column: scalar.mark?.column ?? 1)
            refuseTag(scalar.tag, place)
            let isPlain = scalar.style == .plain
            return .scalar(checked(scalar.string, place), isPlain: isPlain)
        case .sequence(let sequence):
            return .sequence(sequence.compactMap { tree($0, depth: depth + 1) })
        case .mapping(let mapping):
            var pairs: [(key: Located<String>, value: YAMLTree)] = []
            for (key, value) in mapping {
                let place = Place(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard case .scalar(let name) = key else {
                    log.error(place, "a key must be a word")
                    continue
                }
                guard let value = tree(value, depth: depth + 1) else { continue }
                pairs.append((Located(value: checked(name.string, place), place: place), value))
            }
            return .mapping(pairs)
        case .alias:
            return nil
        }
    }

    /// Double-quoted texts can hold escapes that `SourceText` has not seen.
    private func checked(_ text: String, _ place: Place) -> String {
        guard mayHoldForbidden(text.utf8) else { return text }
        if let bad = text.unicodeScalars.first(where: isForbidden) {
            log.error(
                place, "an escape stands for \(name(of: bad)), which is not allowed", "remove it")
        }
        return text
    }

    private func refuseTag(_ tag: Tag, _ place: Place) {
        guard !["", "!", "tag:yaml.org,2002:str"].contains(tag.rawValue) else { return }
        log.error(place, "tag \(quoted(tag.rawValue)) is not allowed", "remove it")
    }
}
