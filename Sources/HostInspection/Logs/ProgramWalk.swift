import Casebook

/// The places in a program that can be reached without reading a byte.
struct ProgramWalk {
    private let instructions: [PatternProgram.Instruction]
    /// The number of the walk that came by last, for each instruction.
    private var visits: [Int]
    private var number = 0
    private var waiting: [Int32] = []
    /// Places that wait for the line's end.
    private var endings: [Int] = []
    /// Patterns, ascending.
    private(set) var matched: [Int] = []

    init(_ program: PatternProgram) {
        instructions = program.instructions
        visits = [Int](repeating: 0, count: instructions.count)
    }

    mutating func begin() {
        number += 1
        waiting.removeAll(keepingCapacity: true)
        endings.removeAll(keepingCapacity: true)
        matched.removeAll(keepingCapacity: true)
    }

    mutating func add(_ start: Int, atBegin: Bool) {
        var open = [start]
        while let place = open.popLast() {
            if visits[place] == number { continue }
            visits[place] = number
            switch instructions[place] {
            case .bytes: waiting.append(Int32(place))
            case .split(let first, let second): open += [first, second]
            case .begin(let next): if atBegin { open.append(next) }
            case .end(let next): endings.append(next)
            case .match(let pattern): matched.append(pattern)
            }
        }
    }

    /// The same for walks that came to the same places: instructions, then what matched, negative.
    var key: [Int32] {
        waiting.sorted() + matched.sorted().map { -1 - Int32($0) }
            + endings.sorted().map { Int32.min + Int32($0) }
    }

    /// Patterns that match when the line ends here, without those that match anyway.
    func matchedAtEnd() -> [Int] {
        var walk = self
        walk.number += 1
        walk.matched = []
        walk.endings = endings
        // What follows one end may ask for the end again; no place is visited twice.
        while let place = walk.endings.popLast() { walk.add(place, atBegin: false) }
        return walk.matched.filter { !matched.contains($0) }
    }
}
