import Casebook
import Foundation
import HostInspection
import Testing

@Suite struct LogScanTests {
    private static let now: Int64 = 1_790_000_000_000_000_000  // 2026-09-21

    private func scan(_ pieces: [[UInt8]], _ literals: String...) -> LogScan {
        var scan = LogScan(literals.map(LogPattern.init(literal:)), clock: LogClock(now: Self.now))
        for piece in pieces { scan.read(piece) }
        scan.finish()
        return scan
    }

    @Test func `lines are counted, and how often and where a text stands`() {
        let text = "one\ntwo x\n\nthree x x\nfour"
        let result = scan([Array(text.utf8)], "x", "four", "nothing")
        #expect(result.totals.lines == 5)
        #expect(result.totals.bytes == text.utf8.count)
        #expect(result.hits.map(\.count) == [2, 1, 0])
        #expect(result.hits[0].lines.map(\.number) == [2, 4])
        #expect(result.hits[1].lastLine.number == 5)
    }

    @Test(arguments: 1...40) func `it does not matter how a log is cut in pieces`(size: Int) {
        let text = (0..<50).map {
            "2026-01-01T00:00:\($0 % 60 < 10 ? "0" : "")\($0 % 60)Z a line with needle \($0)\r\n"
        }.joined()
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
            Array(bytes[$0..<min(bytes.count, $0 + size)])
        }
        let whole = scan([bytes], "needle", "line with")
        let cut = scan(pieces, "needle", "line with")
        #expect(cut.totals == whole.totals)
        #expect(cut.hits == whole.hits)
        #expect(cut.hits[0].count == 50)
        #expect(cut.hits[0].lines.first?.time == 1_767_225_600_000_000_000)
        #expect(cut.hits[0].lastLine.time == 1_767_225_649_000_000_000)
    }

    @Test func `of a text in many lines only the first numbers are kept`() {
        let text = String(repeating: "x\n", count: 100_000)
        let hit = scan([Array(text.utf8)], "x").hits[0]
        #expect(hit.count == 100_000)
        #expect(hit.lines.count == LogScan.keptLines)
        #expect(hit.lastLine.number == 100_000)
    }

    @Test(arguments: [0, 1, 5]) func `rubbish is a log without meaning`(seed: UInt64) {
        var random = LogRandom(state: seed)
        var bytes = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes += [0, 0, 10] + Array("needle".utf8)
        let result = scan([bytes], "needle")
        #expect(result.hits[0].count == 1)
        #expect(result.totals.lines == bytes.count { $0 == 10 } + 1)
    }

    @Test func `a line without end is read to its end`() {
        let piece = [UInt8](repeating: UInt8(ascii: "z"), count: 1 << 20)
        let result = scan(
            [Array("2026-01-01 00:00:00 ".utf8)] + Array(repeating: piece, count: 8)
                + [Array("needle".utf8)], "needle")
        #expect(result.totals.lines == 1)
        #expect(result.hits[0].lines == [.init(number: 1, time: 1_767_225_600_000_000_000)])
    }

    @Test func `a text that stands in one line a million times is one line`() {
        let piece = Array(String(repeating: "needle", count: 50_000).utf8)
        let result = scan(Array(repeating: piece, count: 20), "needle", "dle")
        #expect(result.hits.map(\.count) == [1, 1])
    }

    @Test func `nothing is a log of no lines`() {
        let result = scan([], "x")
        #expect(result.totals.lines == 0 && result.totals.bytes == 0)
        #expect(scan([[]], "x").totals.lines == 0)
    }

    @Test(arguments: [
        ("2026-01-01T00:00:00Z x", 0.0), ("2026-01-01T02:00:00+02:00 x", 0),
        ("2025-12-31T19:00:00-0500 x", 0), ("2026-01-01 00:00:00,250 INFO x", 0.25),
        ("2026/01/01 00:00:00 [error] x", 0), ("[2026-01-01 00:00:00.5] x", 0.5),
        ("<34>1 2026-01-01T00:00:00.003Z host app", 0.003),
        ("10.0.0.1 - - [01/Jan/2026:01:00:00 +0100] \"GET / HTTP/1.1\" 200", 0),
        ("host haproxy[1]: 10.0.0.1:5 [01/Jan/2026:00:00:00.655] web web/s1", 0.655),
        ("[Thu Jan 01 00:00:00.123456 2026] [mpm_prefork:error] x", 0.123456),
        ("Jan  1 00:00:00 host kernel: x", 0), ("Jan 01 00:00:00 host x", 0),
        ("1767225600.25 nginx: x", 0.25), ("ts=2026-01-01T00:00:00Z level=warn", 0),
    ])
    func `the times of common logs are read`(line: String, seconds: Double) {
        let time = LogClock(now: Self.now).time(of: Array(line.utf8))
        #expect(time == 1_767_225_600_000_000_000 + Int64((seconds * 1e9).rounded()))
    }

    @Test func `a day without a year is the last such day`() {
        let inMarch = LogClock(now: 1_772_323_200_000_000_000)  // 2026-03-01
        #expect(
            inMarch.time(of: Array("Dec 31 23:59:59 host x".utf8)) == 1_767_225_599_000_000_000)
        #expect(
            inMarch.time(of: Array("Jan  1 00:00:00 host x".utf8)) == 1_767_225_600_000_000_000)
    }

    @Test(arguments: [
        "no time here", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "99999999999999",
        "[ 3757.107412] br0: port 3", "10.0.0.1 12345", "Jan 99 00:00:00", "", "2026-01-01",
    ])
    func `what is no time is none`(line: String) {
        #expect(LogClock(now: Self.now).time(of: Array(line.utf8)) == nil)
    }

    @Test(arguments: 0..<20) func `no bytes trap the clock`(seed: UInt64) {
        var random = LogRandom(state: seed)
        let forms = [
            "2026-01-01T00:00:00.1+02:00", "01/Jan/2026:00:00:00 +0100", "Jan  1 00:00:00",
        ]
        for _ in 0..<500 {
            var bytes = Array((forms.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            _ = LogClock(now: Self.now).time(of: bytes)
        }
    }
}
