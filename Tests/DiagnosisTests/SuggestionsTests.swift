import Casebook
import Diagnosis
import Testing

@Suite struct SuggestionsTests {
    private static let suggestions = Suggestions([
        .init(
            fact: "restart-helps",
            title: "Does restarting the client or the server cure it for a while?",
            phrases: "restart helps"),
        .init(
            fact: "tls-handshake-hangs",
            title: "Do clients report that the TLS handshake timed out or never finished?",
            phrases: "tls handshake hangs"),
        .init(
            fact: "connect-refused",
            title: "Do new connections fail at once with 'connection refused'?",
            phrases: "connect refused"),
        .init(
            fact: "monitor-green-users-fail",
            title: "Does monitoring say all is well while users fail?",
            phrases: "monitor green users fail"),
        .init(
            fact: "began-at-one-moment",
            title: "Did it begin for everybody at one exact moment without any change of ours?"),
    ])

    @Test(
        arguments: [
            ("handshakes hang, restart helps", "restart-helps"),
            ("TLS handshake hanging since noon", "tls-handshake-hangs"),
            ("the SSL handshakes got stuck", "tls-handshake-hangs"),
            ("rebooting fixes it", "restart-helps"),
            ("Connections are REFUSED!", "connect-refused"),
            ("health checks are green but customers see failures", "monitor-green-users-fail"),
        ])
    func `people's words find the question`(text: String, fact: FactID) {
        #expect(Self.suggestions.suggest(text).first?.fact == fact)
    }

    @Test func `what is said in full is confident, what is touched is not`() throws {
        let found = Self.suggestions.suggest("handshakes hang, restart helps")
        let byFact = Dictionary(uniqueKeysWithValues: found.map { ($0.fact, $0.confidence) })
        #expect(try #require(byFact["restart-helps"]) >= Suggestions.automaticConfidence)
        #expect((byFact["monitor-green-users-fail"] ?? 0) < Suggestions.automaticConfidence)
        #expect(found.allSatisfy { (0...1).contains($0.confidence) })
    }

    @Test func `a no is heard, unless the question has it too`() throws {
        let denied = try #require(Self.suggestions.suggest("restart does not help").first)
        #expect(denied.fact == "restart-helps")
        #expect(denied.negated)
        let other = try #require(
            Self.suggestions.suggest("no luck so far, but restart helps").first)
        #expect(!other.negated)
        let begun = Self.suggestions.suggest("it began without any change")
            .first { $0.fact == "began-at-one-moment" }
        #expect(begun?.negated == false)
    }

    @Test func `nonsense and nothing suggest nothing`() {
        #expect(Self.suggestions.suggest("").isEmpty)
        #expect(Self.suggestions.suggest("qwertz \u{202E}\u{0000} 😀").isEmpty)
        #expect(Self.suggestions.suggest("it is not the").isEmpty)
        #expect(Suggestions([Suggestions.Document]()).suggest("tls").isEmpty)
    }

    @Test func `an endless text is cut and limits hold`() {
        let text = String(repeating: "restart handshake monitor refused ", count: 20_000)
        #expect(Self.suggestions.suggest(text, limit: 2).count == 2)
    }
}
