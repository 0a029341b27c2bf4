/// Turns the text of a pattern into a tree; each fault has its place.
struct PatternParser {
    /// Largest number in `{n,m}`.
    private static let mostRepeats = 1_000

    private let scalars: [Unicode.Scalar]
    private(set) var position = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternFault) -> PatternNode {
        if scalars.starts(with: "(?i)".unicodeScalars) {
            ignoresCase = true
            position = 4
        }
        let node = try choice()
        guard position == scalars.count else {
            throw fault("this “)” closes nothing", "write “\\)”")
        }
        return node
    }

    private mutating func choice() throws(PatternFault) -> PatternNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternFault) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            nodes.append(try repeated(try atom()))
        }
        return .sequence(nodes)
    }

    private mutating func repeated(_ node: PatternNode) throws(PatternFault) -> PatternNode {
        let start = position
        guard let (least, most) = try quantifier() else { return node }
        switch node {
        case .begin, .end:
            throw PatternFault(offset: start, fault: "an end of the line cannot be repeated")
        default: break
        }
        // Greed decides what is captured, and nothing is captured here.
        _ = take("?")
        if let scalar = peek, scalar == "*" || scalar == "+" || scalar == "{" {
            throw fault("a repetition of a repetition", "put the first into a group")
        }
        return .repeated(node, least: least, most: most)
    }

    private mutating func quantifier() throws(PatternFault) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard peek == "{" else { return nil }
        let start = position
        position += 1
        let least = number()
        var most = least
        if take(",") { most = number() }
        guard let least, take("}"), most.map({ $0 >= least && $0 > 0 }) ?? true else {
            throw PatternFault(
                offset: start, fault: "this is no repetition such as {2}, {2,} or {2,5}",
                suggestion: "for the brace itself write “\\{”")
        }
        guard least <= Self.mostRepeats, most ?? 0 <= Self.mostRepeats else {
            throw PatternFault(
                offset: start, fault: "a repetition of more than \(Self.mostRepeats)")
        }
        return (least, most)
    }

    private mutating func atom() throws(PatternFault) -> PatternNode {
        guard let scalar = peek else { throw fault("the pattern ends too early") }
        switch scalar {
        case "(": return try group()
        case "[":
            var reader = ClassReader(scalars, position)
            let set = try reader.read()
            position = reader.position
            return bytes(set)
        case "*", "+", "?", "{":
            throw fault("there is nothing before this to repeat", "write “\\\(scalar)”")
        case "\\": return try escape()
        default: break
        }
        position += 1
        switch scalar {
        case ".": return .bytes(.anyInLine)
        case "^": return .begin
        case "$": return .end
        default: return literal(scalar)
        }
    }

    private mutating func group() throws(PatternFault) -> PatternNode {
        let start = position
        position += 1
        if take("?"), !take(":") {
            throw PatternFault(
                offset: start, fault: "only plain groups and (?:…) are allowed",
                suggestion: "no lookaround and no names; (?i) only at the very beginning")
        }
        depth += 1
        guard depth <= LogPattern.maximumDepth else { throw fault("too many groups in groups") }
        let node = try choice()
        depth -= 1
        guard take(")") else {
            throw PatternFault(
                offset: start, fault: "this “(” is never closed",
                suggestion: "for the bracket itself write “\\(”")
        }
        return node
    }

    private mutating func escape() throws(PatternFault) -> PatternNode {
        let start = position
        position += 1
        guard let scalar = peek else { throw fault("the pattern ends in “\\”", "write “\\\\”") }
        position += 1
        if let set = Escapes.set(scalar) { return bytes(set) }
        if let byte = Escapes.byte(scalar) { return bytes(ByteSet(byte)) }
        let advice =
            ("1"..."9").contains(scalar)
            ? "a reference to a group cannot be matched in linear time"
            : "known: \\d \\w \\s \\D \\W \\S \\t, and \\ before a sign"
        throw PatternFault(
            offset: start, fault: "unknown escape “\\\(Escapes.shown(scalar))”", suggestion: advice)
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        let parts = String(scalar).utf8.map { bytes(ByteSet($0)) }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private func bytes(_ set: ByteSet) -> PatternNode {
        .bytes((ignoresCase ? set.ignoringCase : set).inLine)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = peek, ("0"..."9").contains(scalar), (value ?? 0) < 100_000 {
            value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
            position += 1
        }
        return value
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func fault(_ text: String, _ suggestion: String? = nil) -> PatternFault {
        PatternFault(offset: position, fault: text, suggestion: suggestion)
    }
}
