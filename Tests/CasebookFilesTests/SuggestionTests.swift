import Testing

@testable import CasebookFiles

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3),
        ("usualy", "usually", 1),
        ("ab", "ba", 1), ("status", "statsu", 1), ("abc", "abc", 0),
    ])
    func `distances are those of optimal string alignment`(a: String, b: String, distance: Int) {
        #expect(editDistance(Array(a.utf8), Array(b.utf8)) == distance)
        #expect(editDistance(Array(b.utf8), Array(a.utf8)) == distance)
    }

    @Test func `the nearest of several is suggested`() {
        #expect(nearest(to: "confirmeed", in: ["confirms", "confirmed"]) == "confirmed")
        #expect(nearest(to: "Title", in: ["file", "title"]) == "title")
    }

    @Test func `parts in another order are recognised`() {
        #expect(
            nearest(to: "capture.tcp.open-silent", in: ["capture.tcp.silent-open"])
                == "capture.tcp.silent-open")
    }

    @Test func `what is far from everything gets no suggestion`() {
        #expect(nearest(to: "zebra", in: ["status", "title"]) == nil)
        #expect(nearest(to: "", in: ["a"]) == nil)
        #expect(nearest(to: String(repeating: "x", count: 101), in: ["x"]) == nil)
    }
}
