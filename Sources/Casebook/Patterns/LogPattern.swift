/// A pattern that is looked for in each line of a log.
///
/// A small part of the RE2 syntax, so that matching takes time linear in the log whatever the
/// pattern: characters, `.`, `[a-z]`, `[^…]`, `\d \w \s` and their capitals, groups, `|`,
/// `* + ? {n,m}`, `^` and `$` for the line's ends, and `(?i)` at the beginning. Bytes are compared;
/// only ASCII letters have two cases.
public struct LogPattern: Hashable, Sendable {
    /// Steps of the compiled pattern at most; `{n,m}` multiplies.
    public static let maximumSize = 2_000
    /// Groups in groups.
    static let maximumDepth = 50

    let node: PatternNode
    /// Bytes of the shortest line part that matches; 0 for a pattern that matches every line.
    public let minimumLength: Int

    public init(_ text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        node = try parser.parse()
        minimumLength = node.minimumLength
        let size = node.size
        guard size <= Self.maximumSize else {
            throw PatternFault(
                offset: 0, fault: "the pattern grows to more than \(Self.maximumSize) steps",
                suggestion: "use smaller numbers in {n,m}")
        }
    }

    public init(literal: String) {
        node = .sequence(literal.utf8.map { .bytes(ByteSet($0)) })
        minimumLength = node.minimumLength
    }
}

/// A pattern as a tree.
indirect enum PatternNode: Hashable, Sendable {
    case bytes(ByteSet)
    case begin, end
    case sequence([PatternNode])
    case choice([PatternNode])
    case repeated(PatternNode, least: Int, most: Int?)

    /// Instructions that it compiles to, saturating far above any limit.
    var size: Int {
        switch self {
        case .bytes, .begin: 1
        case .end: 3
        case .sequence(let nodes): nodes.reduce(0) { Self.sum($0, $1.size) }
        case .choice(let nodes): nodes.reduce(0) { Self.sum($0, $1.size + 1) }
        case .repeated(let node, let least, let most):
            Self.product(node.size + 1, max(1, most ?? least + 1))
        }
    }

    var minimumLength: Int {
        switch self {
        case .bytes: 1
        case .begin, .end: 0
        case .sequence(let nodes): nodes.reduce(0) { Self.sum($0, $1.minimumLength) }
        case .choice(let nodes): nodes.map(\.minimumLength).min() ?? 0
        case .repeated(let node, let least, _): Self.product(node.minimumLength, least)
        }
    }

    private static let ceiling = 1 << 30

    private static func sum(_ left: Int, _ right: Int) -> Int { min(ceiling, left + right) }

    private static func product(_ left: Int, _ right: Int) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? ceiling : min(ceiling, product)
    }
}
