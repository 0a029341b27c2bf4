import Casebook
import Testing

@testable import CasebookStore

@Suite struct SearchTests {
    private let store: CasebookStore

    init() throws {
        store = try CasebookStore(location: .inMemory)
        try store.rebuild(from: library)
    }

    private func ids(_ text: String) throws -> [String] { try store.search(text).map(\.caseID) }

    @Test func `a word in the title counts more than one in the body`() throws {
        #expect(try ids("loss") == ["lost-packets", "stale-balancer"])
        #expect(try ids("handshake") == ["silent-client", "lost-packets"])
    }

    @Test func `words are found by their stems`() throws {
        #expect(try ids("retransmitting") == ["lost-packets"])
        #expect(try ids("waiting") == ["silent-client"])
    }

    @Test func `parts of words are found in titles and questions`() throws {
        #expect(try ids("alance") == ["stale-balancer"])
        #expect(try ids("ownload") == ["lost-packets"])
        #expect(try ids("retr") == ["lost-packets"], "the beginning of a word of the body")
    }

    @Test func `questions and ids are searched`() throws {
        #expect(try ids("connections hang") == ["silent-client"])
        #expect(try ids("hang-after-connect") == ["silent-client"])
        #expect(try ids("stale-balancer").first == "stale-balancer")
    }

    @Test func `who holds more of the words comes first`() throws {
        #expect(try ids("silent server slow").first == "silent-client")
        #expect(try ids("request fails half loss").first == "stale-balancer")
    }

    @Test(arguments: [
        "", " ", "\"", "\"\"", "'", "*", "OR", "AND NOT", "NEAR(a b)", "title:loss", "{title}: x",
        "-loss",
        "loss*", "^loss", "loss OR", "(", ")", "a AND", "\"loss", "loss\" OR \"x", "col : x", "+",
        "\u{0}loss", "loss\u{0}OR", "😀", "日本", "%", "_", "; DROP TABLE cases", "\\", "\u{202E}",
        "1", "é", "e\u{301}",
    ])
    func `nothing that is typed is taken for a query language`(text: String) throws {
        _ = try store.search(text)
        #expect(store.location == .inMemory)
        #expect(try ids("loss") == ["lost-packets", "stale-balancer"])
    }

    @Test func `operators are words`() throws {
        #expect(try ids("OR") == ["silent-client"])
        #expect(try Set(ids("title:loss")) == [], "a phrase that stands nowhere")
    }

    @Test func `huge texts are cut`() throws {
        let words = (0..<100_000).map { "w\($0)" }.joined(separator: " ")
        #expect(try ids(words) == [])
        #expect(SearchQuery(words).words.count == 12)
        #expect(try ids(String(repeating: "x", count: 1_000_000)) == [])
    }

    @Test func `the limit is kept, and none or less gives nothing`() throws {
        #expect(try store.search("server", limit: 1).count == 1)
        #expect(try store.search("server", limit: 0) == [])
        #expect(try store.search("server", limit: -1) == [])
    }

    @Test func `snippets are one bounded line around the words`() throws {
        let hit = try #require(try store.search("loss", limit: 5).last)
        #expect(hit.caseID == "stale-balancer")
        #expect(hit.snippet.hasSuffix("loss"))
        for hit in try store.search("server") {
            #expect(hit.snippet.count <= 200)
            #expect(!hit.snippet.contains("\n"))
            #expect((0...1).contains(hit.score))
        }
        let byTitle = try #require(try store.search("alance").first)
        #expect(byTitle.snippet.hasPrefix("Every second request fails."))
    }

    @Test func `scores never rise from one hit to the next`() throws {
        let scores = try store.search("server slow handshake request").map(\.score)
        #expect(scores == scores.sorted(by: >))
        #expect(scores.count == 3)
    }

    @Test(arguments: [90, 150])
    func `of many cases with every word none with less is listed before`(count: Int) throws {
        let cases = (0..<count + 20).map { number in
            let words = number < count ? "slow server" : "server server server"
            let text = String(repeating: "server ", count: number % 7)
            return Case(
                id: "case-\(number)", title: "Number \(number): \(words)", family: "tcp",
                sections: [Case.Section(heading: "Meaning", text: text + "again")])
        }
        let store = try CasebookStore(location: .inMemory)
        try store.rebuild(
            from: Casebook(cases: cases, symptoms: [], findings: [], hash: "many"))
        let hits = try store.search("slow server", limit: 50).map(\.caseID)
        #expect(hits.count == 50)
        let better = Set((0..<count).map { "case-\($0)" })
        #expect(hits.allSatisfy { better.contains($0) })
        #expect(try store.search("slow server", limit: 7).map(\.caseID) == Array(hits.prefix(7)))
    }

    @Test func `an index that another process has built from other files is not searched`() throws {
        let folder = TemporaryFolder()
        let path = folder.file("casebook.db")
        let mine = try CasebookStore(location: .file(path))
        try mine.rebuild(from: library)
        let other = try CasebookStore(location: .file(path))
        try other.rebuild(from: makeCasebook(3, mark: "other"))
        #expect(try mine.search("handshake").map(\.caseID) == ["silent-client", "lost-packets"])
        #expect(try mine.search("other") == [])
        #expect(try other.search("other").count == 3)
        #expect(mine.casebook(hash: "library") == library)
    }
}
