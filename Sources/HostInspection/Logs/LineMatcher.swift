import Casebook

/// Follows all patterns at once through the bytes of a log, line by line, however the bytes come
/// in pieces.
///
/// A deterministic automaton that is built as far as the log needs it: one table look-up a byte.
/// Time is linear in the log whatever the patterns: a table that grows past its bound is thrown
/// away and begun anew, and a new entry costs at most one walk over the patterns.
final class LineMatcher {
    /// Of table entries, 4 bytes each.
    private static let tableBound = 1 << 20
    /// Entries below zero: not known yet, the line's end, or a state with matches.
    private static let unknown: Int32 = -1
    private static let lineEnd: Int32 = -2
    private static let matching: Int32 = -3

    private let program: PatternProgram
    private let classes: ByteClasses
    private var states: [State] = []
    private var numbers: [[Int32]: Int] = [:]
    private var table: [Int32] = []
    private var walk: ProgramWalk
    /// Of the line that is being read; 0 before its first byte.
    private var current = 0

    private struct State {
        /// Instructions that wait for a byte, ascending, then what matched already.
        var key: [Int32]
        var matched: [Int]
        var matchedAtEnd: [Int]
    }

    init(_ patterns: [LogPattern]) {
        program = PatternProgram(patterns)
        classes = ByteClasses(program)
        walk = ProgramWalk(program)
        restart()
    }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - matched: told of each pattern that matches in the line that is being read, possibly
    ///     several times.
    ///   - ended: told of each line feed, with its offset in `bytes`.
    func read(
        _ bytes: UnsafeRawBufferPointer, matched: (Int) -> Void, ended: (Int) -> Void
    ) {
        var offset = 0
        while offset < bytes.count {
            offset = unsafe run(bytes, from: offset)
            guard offset < bytes.count else { return }
            // The byte at `offset` leads to something that the fast loop does not handle.
            let byte = unsafe bytes[offset]
            if byte == UInt8(ascii: "\n") {
                finishLine(matched)
                ended(offset)
            } else {
                step(byte)
                for pattern in states[current].matched { matched(pattern) }
            }
            offset += 1
        }
    }

    /// What matches only because the line ends here.
    func finishLine(_ matched: (Int) -> Void) {
        // Those of an empty line were not told yet.
        for pattern in states[current].matched { matched(pattern) }
        for pattern in states[current].matchedAtEnd { matched(pattern) }
        current = 0
    }

    /// - Returns: the offset of the first byte that needs a closer look.
    private func run(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let width = classes.count
        var state = current * width
        var offset = start
        unsafe table.withUnsafeBufferPointer { table in
            unsafe classes.ofByte.withUnsafeBufferPointer { ofByte in
                while offset < bytes.count {
                    let kind = unsafe Int(ofByte[Int(bytes[offset])])
                    let next = unsafe table[state &+ kind]
                    if next < 0 { break }
                    state = Int(next)
                    offset &+= 1
                }
            }
        }
        current = state / width
        return offset
    }

    /// One byte, by the table or, where that does not know, by the patterns.
    private func step(_ byte: UInt8) {
        let entry = current * classes.count + Int(classes.ofByte[Int(byte)])
        let known = table[entry]
        if known <= Self.matching {
            current = Int(Self.matching - known) / classes.count
            return
        }
        if known >= 0 {
            current = Int(known) / classes.count
            return
        }
        walk.begin()
        for instruction in states[current].key where instruction >= 0 {
            if case .bytes(let set, let next) = program.instructions[Int(instruction)],
                set.contains(byte)
            {
                walk.add(next, atBegin: false)
            }
        }
        for start in program.starts { walk.add(start, atBegin: false) }
        let target = number(of: walk)
        // The table may have been begun anew, and the old entry with it.
        if let target {
            table[entry] = value(of: target)
            current = target
        } else {
            restart()
            current = self.number(of: walk) ?? 0
        }
    }

    private func value(of state: Int) -> Int32 {
        let offset = Int32(state * classes.count)
        return states[state].matched.isEmpty ? offset : Self.matching - offset
    }

    /// An empty table that knows the beginning of a line alone.
    private func restart() {
        states = []
        numbers = [:]
        table = []
        var first = ProgramWalk(program)
        first.begin()
        for start in program.starts { first.add(start, atBegin: true) }
        // Never nil: the table is empty.
        _ = number(of: first)
    }

    /// - Returns: `nil` when the table is full.
    private func number(of walk: ProgramWalk) -> Int? {
        let key = walk.key
        if let known = numbers[key] { return known }
        let size = (states.count + 1) * classes.count
        if size > Self.tableBound, states.count > 2 { return nil }
        numbers[key] = states.count
        states.append(
            State(key: key, matched: walk.matched, matchedAtEnd: walk.matchedAtEnd()))
        table += [Int32](repeating: Self.unknown, count: classes.count)
        table[(states.count - 1) * classes.count + Int(classes.ofByte[10])] = Self.lineEnd
        return states.count - 1
    }
}
