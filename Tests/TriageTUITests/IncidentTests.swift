import Casebook
import Diagnosis
import TerminalUI
import Testing
import Triage

@testable import TriageTUI

/// The five documented incidents, from the first complaint to the recorded cause, by answering only
/// what the people of the story knew at that time and reading the capture they could have taken.
struct Walk: CustomTestStringConvertible, Sendable {
    let cause: CaseID
    let complaint: String
    /// What they knew; everything else is answered "I do not know".
    let known: [FactID: Answer]
    let capture: String

    var testDescription: String { cause }

    static let all = [
        Walk(
            cause: "blocking-tls-accept-held-by-silent-client",
            complaint: "license checkouts sometimes time out but the monitor is green",
            known: [
                "monitor-green-users-fail": .yes, "hang-after-connect": .yes, "ping-works": .yes,
                "connect-refused": .no, "connect-times-out": .no, "tls-handshake-hangs": .probably,
                "certificate-error": .no, "everything-down": .no,
            ], capture: "tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap"),
        Walk(
            cause: "tls-session-invalidated-by-missing-close-notify",
            complaint: "the proxy burns all its cpu with almost no traffic since the tls checks",
            known: [
                "cpu-high-little-traffic": .yes, "began-after-app-change": .yes,
                "only-some-servers": .yes, "connect-times-out": .no, "tls-handshake-hangs": .no,
            ],
            capture:
                "tls/tls-session-invalidated-by-missing-close-notify/replays/java17-require-close-notify.pcapng"
        ),
        Walk(
            cause: "client-rst-on-cancel-triggers-ip-block",
            complaint: "on launch day requests queue, the page freezes, it says access blocked",
            known: [
                "block-message": .yes, "only-some-clients": .yes, "at-peak-load": .yes,
                "began-after-app-change": .yes, "everything-down": .no,
            ],
            capture:
                "middlebox/client-rst-on-cancel-triggers-ip-block/replays/banned-after-cancels.pcap"
        ),
        Walk(
            cause: "outbound-fetch-without-timeout-exhausts-workers",
            complaint: "memory is full, apache workers pile up, a restart helps for a while",
            known: [
                "workers-or-memory-pile-up": .yes, "restart-helps": .yes, "worse-over-days": .no,
                "hang-after-connect": .yes, "connect-refused": .no, "ping-works": .yes,
            ],
            capture:
                "timeouts-retries/outbound-fetch-without-timeout-exhausts-workers/replays/crl-host-holds-ten-workers.pcap"
        ),
        Walk(
            cause: "flow-split-across-load-balancers-by-hash",
            complaint: "a steady small share of tls handshakes hang under load and then fail",
            known: [
                "tls-handshake-hangs": .yes, "steady-small-share": .yes, "at-peak-load": .yes,
                "ping-works": .yes, "only-some-clients": .yes, "hang-after-connect": .yes,
                "everything-down": .no, "began-after-network-change": .unknown,
            ],
            capture:
                "load-balancing/flow-split-across-load-balancers-by-hash/replays/switch-server-side.pcap"
        ),
    ]
}

@Suite struct IncidentTests {
    private static let mostSteps = 40

    @Test(arguments: Walk.all)
    func `an incident is walked from the first words to its recorded cause`(walk: Walk) {
        var player = Player(.whole)
        player.captures["trouble.pcap"] = Book.repository("casebook/" + walk.capture)
        player.type(walk.complaint)
        player.press(.enter)
        var steps = 1
        while let question = player.model.assessment.question, steps < Self.mostSteps {
            steps += 1
            answer(question, walk, &player)
        }
        let result = player.model.result
        #expect(result.diagnosis.leader?.id == walk.cause, "after \(steps) steps")
        #expect(player.model.assessment.question == nil)
        resolve(&player, as: walk.cause)
    }

    private func answer(_ question: Conversation.Question, _ walk: Walk, _ player: inout Player) {
        if question.id == OpenSteps.captureStep {
            player.press(.enter)
            player.type("trouble.pcap")
            player.press(.enter)
            return
        }
        switch walk.known[question.id] ?? .unknown {
        case .yes: player.press(.character("y"))
        case .no: player.press(.character("n"))
        case .probably: player.press(.character("p"), .character("y"))
        case .probablyNot: player.press(.character("p"), .character("n"))
        case .unknown: player.press(.character("d"))
        }
    }

    private func resolve(_ player: inout Player, as cause: CaseID) {
        player.press(.character("e"))
        #expect(
            player.shows(
                player.model.conversation.casebook[case: cause]?.title.prefix(40).description ?? "?"
            ))
        player.press(.character("m"), .enter)
        #expect(player.effects.contains(.saveReport(path: "inquest-report.md", replacing: false)))
        player.press(.character("r"), .character("v"))
        #expect(player.effects.contains(.confirm(cause: cause, verified: true)))
        #expect(player.shows("Recorded as incident 1"))
    }
}
