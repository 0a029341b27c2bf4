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
        guard !holdsAliases(lines, firstLine: firstLine, log: log),
            !isDeep(lines, firstLine: firstLine, bounds: bounds, log: log)
        else { return nil }
        var lines = Array(lines)
        // Each round takes one repeated key out of the way, so that it hides no other fault.
        for round in 0..<10 {
            // Line feeds before and after: the first for true line numbers, the last because
            // Yams keeps no hold of texts that Swift stores inline (up to 15 bytes).
            let text =
                String(repeating: "\n", count: firstLine - 1) + lines.joined(separator: "\n")
                + String(repeating: "\n", count: 16)
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                guard let root = try parser.singleRoot() else {
                    log.error(Place(line: firstLine, column: 1), "there is no key at all")
                    return nil
                }
                // Anchors live as long as the parser.
                return withExtendedLifetime(parser) {
                    var reader = TreeReader(bounds: bounds, log: log)
                    return reader.tree(root, depth: 1)
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
                report(error, lastLine: firstLine + lines.count, log)
                return nil
            }
        }
        return nil
    }

    /// Keys that stand for a repeated one; a private-use scalar cannot be typed by mistake.
    static let hiddenKey: Unicode.Scalar = "\u{E000}"

    /// Reports and renames every further `keys[0]` of the block mapping whose first one stands at
    /// `first`; `false` when there is none, as in a mapping in braces.
    private static func hideRepeats(
        of keys: [String], after first: Place, in lines: inout [Substring], firstLine: Int,
        round: Int, log: FaultLog
    ) -> Bool {
        guard let key = keys.first, !key.isEmpty else { return false }
        let indent = first.column - 1
        var count = 0
        for index in (first.line - firstLine + 1)..<max(lines.count, first.line - firstLine + 1) {
            let spaces = lines[index].utf8.prefix { $0 == UInt8(ascii: " ") }.count
            let rest = lines[index].utf8.dropFirst(spaces)
            if spaces < indent, !rest.isEmpty { break }
            let length = spaces == indent ? keyLength(Substring(rest), key) : nil
            guard let length else { continue }
            log.error(
                Place(line: index + firstLine, column: indent + 1),
                "key \(quoted(key)) is given twice", "first in line \(first.line)")
            let head = String(repeating: " ", count: indent)
            let tail = Substring(rest.dropFirst(length))
            lines[index] = "\(head)\(hiddenKey)\(round)-\(count)\(tail)"[...]
            count += 1
        }
        return count > 0
    }

    /// The bytes of `key`, with quotes if it has them, when it begins `line` with a colon after it.
    private static func keyLength(_ line: Substring, _ key: String) -> Int? {
        ["", "\"", "'"].map { "\($0)\(key)\($0)" }.first { line.hasPrefix("\($0):") }?.utf8.count
    }

    /// Uses of anchors that libyaml is trusted with: each can at most double the size.
    private static let aliasLimit = 8

    /// Refuses texts that may hold more aliases than that before libyaml sees them: comparing keys
    /// that are aliases of aliases takes exponential time in Yams. What looks like an alias may be
    /// part of a quoted text; a few are therefore left to `TreeReader`, which knows.
    private static func holdsAliases(
        _ lines: ArraySlice<Substring>, firstLine: Int, log: FaultLog
    ) -> Bool {
        var anchors: [String: Place] = [:]
        var aliases: [String] = []
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
                        aliases.append(name)
                    } else if anchors[name] == nil, !name.isEmpty {
                        anchors[name] = Place(line: firstLine + number, column: column)
                    }
                }
                previous = scalar
            }
        }
        guard aliases.count(where: { anchors[$0] != nil }) > aliasLimit else { return false }
        let used = Set(aliases).compactMap { anchors[$0] }
        log.error(
            used.min() ?? .start, "anchors and aliases are not allowed", "write the value out")
        return true
    }

    /// Refuses texts with a hundred open brackets more than allowed before libyaml sees them: its
    /// time grows with their depth. Brackets in quoted texts count too, but never so many.
    private static func isDeep(
        _ lines: ArraySlice<Substring>, firstLine: Int, bounds: YAMLBounds, log: FaultLog
    ) -> Bool {
        var depth = 0
        for (number, line) in lines.enumerated() {
            for (column, scalar) in line.unicodeScalars.enumerated() {
                if scalar == "[" || scalar == "{" { depth += 1 }
                if scalar == "]" || scalar == "}" { depth = max(0, depth - 1) }
                guard depth > bounds.depth + 100 else { continue }
                log.error(
                    Place(line: firstLine + number, column: column + 1),
                    "nested more than \(bounds.depth) levels deep")
                return true
            }
        }
        return false
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

    private static func report(_ error: any Error, lastLine: Int, _ log: FaultLog) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let text = ([problem] + [context?.text].compactMap(\.self)).joined(separator: ", ")
            // Where a text that never ends begins says more than where the file ends.
            let neverEnds = problem.contains("end of stream") || problem.contains("expected \':\'")
            let mark = neverEnds ? context?.mark ?? mark : mark
            log.error(
                Place(line: min(mark.line, lastLine), column: mark.column),
                "not YAML: \(printable(text, limit: 200))", advice(problem))
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
        if problem.contains("end of stream") { return "close the quotation marks" }
        if problem.contains("a tab character") { return "indent with spaces" }
        if problem.contains("undefined alias") {
            return "put a text that begins with “*” in double quotes"
        }
        if problem.contains("nesting level") { return "a case needs four levels at most" }
        return nil
    }
}
