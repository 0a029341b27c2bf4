import Casebook
import Foundation
import HostInspection
import Testing

@Suite struct LogPatternTests {
    /// Line numbers in which each pattern matches.
    static func matches(_ patterns: [LogPattern], _ text: String) -> [[Int]] {
        var scan = LogScan(patterns, clock: LogClock(now: 0))
        scan.read(Array(text.utf8))
        scan.finish()
        return scan.hits.map { $0.lines.map(\.number) }
    }

    @Test(arguments: [
        ("abc", "xxabcxx", true), ("abc", "abd", false), ("a.c", "abc", true),
        ("^abc", "abc", true), ("^abc", "xabc", false), ("abc$", "xabc", true),
        ("abc$", "abcx", false), ("abc$", "abc\r", true), ("^$", "x", false),
        ("a{2,3}b", "xab", false), ("a{2,3}b", "xaaab", true), ("a{2}b", "aab", true),
        ("a{2,}b", "aaaaab", true), ("ca{0,1}b", "cb", true), ("[a-c]+z", "xbz", true),
        ("[^a-c]z", "bz", false), ("[^a-c]z", "dz", true), ("[]x]y", "]y", true),
        ("[a\\]]y", "]y", true), ("[a-]y", "-y", true), ("\\d\\d:\\w", "12:x", true),
        ("\\D", "12", false), ("\\s", "a b", true), ("\\S{3}", "ab c", false),
        ("(ab|cd)e", "xcde", true), ("(?:ab|cd)*e", "e", true),
        ("(?i)Wrong Version", "wRONG vERSION", true),
        ("Wrong", "wrong", false), ("\\(104: [^)]*\\)", "recv() failed (104: reset)", true),
        ("\\.", "x", false), ("a\\tb", "a\tb", true), ("é", "caf\u{E9}", true), ("é+x", "éx", true),
        ("a|", "zzz", true),
    ])
    func `a pattern means what RE2 would make of it`(
        pattern: String, line: String, isMatch: Bool
    ) throws {
        let compiled = try LogPattern(pattern)
        #expect(Self.matches([compiled], line)[0].isEmpty == !isMatch)
        // The same amid other lines, and without a line feed before the end.
        let amid = Self.matches([compiled], "\n~\n\(line)\n~")[0]
        #expect(amid.contains(3) == isMatch)
    }

    @Test(arguments: [
        ("a(b", 1), ("a)b", 1), ("*a", 0), ("a**", 2), ("a{3,2}", 1), ("a{x}", 1), ("a{1001}", 1),
        ("[b-a]", 1), ("[abc", 0), ("\\1", 0), ("(?=a)", 0), ("(?<n>a)", 0), ("a\\", 2),
        ("\\bword", 0), ("^*", 1), ("[é]", 1), ("[[:alpha:]]", 1), ("((a{900}){900}){900}", 0),
        ("a(?i)b", 1),
    ])
    func `a faulty pattern is refused with its place`(pattern: String, offset: Int) {
        let fault = #expect(throws: PatternFault.self) { try LogPattern(pattern) }
        #expect(fault?.offset == offset, "\(pattern): \(fault?.fault ?? "")")
    }

    @Test func `groups in groups are bounded`() {
        let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
        #expect(throws: PatternFault.self) { try LogPattern(deep) }
    }

    /// Against another engine, over an alphabet small enough that lines do match.
    @Test(arguments: 0..<30) func `random patterns agree with another engine`(seed: UInt64) throws {
        var random = LogRandom(state: seed)
        let sources = (0..<4).map { _ in random.pattern(depth: 3) }
        let lines = (0..<40).map { _ in random.line() }
        let patterns = try sources.map { try LogPattern($0) }
        let found = Self.matches(patterns, lines.joined(separator: "\n"))
        for (source, numbers) in zip(sources, found) {
            let other = try NSRegularExpression(pattern: source)
            let expected = lines.indices.filter { index in
                let range = NSRange(location: 0, length: lines[index].utf16.count)
                return other.firstMatch(in: lines[index], range: range) != nil
            }.map { $0 + 1 }
            #expect(numbers == Array(expected.prefix(LogScan.keptLines)), "\(source)")
        }
    }

    /// A backtracking engine would need longer than the universe lasts.
    @Test(.timeLimit(.minutes(2)))
    func `time does not explode`() throws {
        let evil = try ["(a*)*b", "(a|a)*(a|aa)+c", "(a?){50}a{50}d", ".*.*.*.*e", "[ab]{30}f"]
            .map { try LogPattern($0) }
        let line = String(repeating: "a", count: 200_000)
        #expect(Self.matches(evil, line) == [[], [], [], [], []])
        #expect(Self.matches(evil, line + "b\n" + line + "d") == [[1], [], [2], [], []])
    }

    /// Each state of this one is another set of places: the table must be begun anew.
    @Test(.timeLimit(.minutes(2)))
    func `a table that grows out of bounds is thrown away and nothing is missed`() throws {
        var random = LogRandom(state: 7)
        let pattern = try LogPattern("a[ab]{16}x")
        var text = ""
        var expected: [Int] = []
        for number in 1...300 {
            var line = (0..<200).map { _ in random.next() & 1 == 0 ? "a" : "b" }.joined()
            if number % 97 == 0 {
                line += "a" + String(repeating: "b", count: 16) + "x"
                expected.append(number)
            }
            text += line + "\n"
        }
        #expect(Self.matches([pattern], text) == [expected])
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), and what the tests draw with it.
struct LogRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func line() -> String {
        (0..<Int.random(in: 0...8, using: &self)).map { _ in
            ["a", "b", "c"].randomElement(using: &self) ?? "a"
        }.joined()
    }

    mutating func pattern(depth: Int) -> String {
        let parts = (0..<Int.random(in: 1...3, using: &self)).map { _ in piece(depth) }
        return parts.joined()
    }

    private mutating func piece(_ depth: Int) -> String {
        let atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "\\w"]
        var atom = atoms.randomElement(using: &self) ?? "a"
        if depth > 0, Int.random(in: 0..<3, using: &self) == 0 {
            atom = "(?:\(pattern(depth: depth - 1))|\(pattern(depth: depth - 1)))"
        }
        switch Int.random(in: 0..<9, using: &self) {
        case 0: return "^" + atom
        case 1: return atom + "$"
        case 2: return atom + "*"
        case 3: return atom + "+"
        case 4: return atom + "?"
        case 5: return atom + "{1,2}"
        default: return atom
        }
    }
}
