import Testing
import Triage

/// Numbers, as other programs would write them.
struct JSONNumberTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `millionths are what the number itself is written as`() {
        var numbers: [Int64] = [
            .min, -1_500_000, -1, 0, 1, 99, 100, 101, 999_999, 1_000_000, 1_000_001, 19_141_000,
            999_999_999_999_999, 1_000_000_000_000_000, .max,
        ]
        var number: UInt64 = 88_172_645_463_325_252
        for _ in 0..<20_000 {
            number ^= number << 13
            number ^= number >> 7
            number ^= number << 17
            numbers.append(Int64(number >> (14 + number % 48)))
        }
        for number in numbers {
            #expect(
                text { $0.millionths(number) } == text { $0.number(Double(number) / 1e6) },
                "\(number)")
        }
    }

    @Test func `integers of every length are written whole`() {
        var numbers: [Int] = [.min, .max, 0]
        for digits in 0..<19 {
            let power = (0..<digits).reduce(1) { power, _ in power * 10 }
            numbers += [power - 1, power, power + 1, -power]
        }
        for number in numbers { #expect(text { $0.integer(number) } == String(number)) }
        for number in [0, 10, UInt64.max - 1, .max] {
            #expect(text { $0.integer(number) } == String(number))
        }
    }

    @Test func `a list has its commas`() {
        let written = text { writer in
            writer.object { writer in
                writer.member("a", array: [1, 10, -3]) { $0.integer($1) }
                writer.member("b", "")
                writer.member("c", "x\"y")
                writer.member("d", true)
                writer.key("e")
                writer.null()
                writer.member("f") { $0.member("g", strings: ["h", "\u{202E}"]) }
            }
        }
        #expect(
            written == #"{"a":[1,10,-3],"b":"","c":"x\"y","d":true,"e":null,"#
                + #""f":{"g":["h","\u202e"]}}"#)
    }
}
