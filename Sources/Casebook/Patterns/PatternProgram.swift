/// Several patterns as one machine (Thompson 1968): all of them are followed at once.
public struct PatternProgram: Sendable {
    public enum Instruction: Sendable {
        case bytes(ByteSet, next: Int)
        case split(Int, Int)
        /// Passed only before the first byte of a line.
        case begin(next: Int)
        /// Passed only after the last byte of a line.
        case end(next: Int)
        case match(pattern: Int)
    }

    public private(set) var instructions: [Instruction] = []
    /// Where each pattern begins, in the order given.
    public private(set) var starts: [Int] = []

    public init(_ patterns: [LogPattern]) {
        for (index, pattern) in patterns.enumerated() {
            // From the back, so that each part knows what follows it.
            let match = append(.match(pattern: index))
            starts.append(compile(pattern.node, next: match))
        }
    }

    private mutating func append(_ instruction: Instruction) -> Int {
        instructions.append(instruction)
        return instructions.count - 1
    }

    private mutating func compile(_ node: PatternNode, next: Int) -> Int {
        switch node {
        case .bytes(let set): return append(.bytes(set, next: next))
        case .begin: return append(.begin(next: next))
        case .end:
            // A log from Windows ends its lines by CR LF.
            let end = append(.end(next: next))
            return append(.split(end, append(.bytes(ByteSet(13), next: end))))
        case .sequence(let nodes):
            return nodes.reversed().reduce(next) { compile($1, next: $0) }
        case .choice(let nodes):
            let branches = nodes.map { compile($0, next: next) }
            return branches.dropFirst().reduce(branches[0]) { append(.split($0, $1)) }
        case .repeated(let node, let least, let most):
            return compileRepeat(node, least: least, most: most, next: next)
        }
    }

    private mutating func compileRepeat(
        _ node: PatternNode, least: Int, most: Int?, next: Int
    ) -> Int {
        var entry = next
        if let most {
            for _ in least..<max(least, most) {
                entry = append(.split(compile(node, next: entry), next))
            }
        } else {
            let loop = append(.split(next, next))
            instructions[loop] = .split(compile(node, next: loop), next)
            entry = loop
        }
        for _ in 0..<least { entry = compile(node, next: entry) }
        return entry
    }
}
