import Casebook
import Diagnosis
import TerminalUI
import Testing
import Triage

@testable import TriageTUI

@Suite struct IncidentTests {
    private static let mostSteps = 40

    @Test(arguments: Walk.all)
    func `an incident is walked from the first words to its recorded cause`(walk: Walk) throws {
        var player = Player(.whole, runnable: Set(walk.checks.keys))
        for (name, file) in walk.captures {
            player.captures[name] = Book.repository("casebook/" + file)
        }
        player.checks = walk.checks
        player.type(walk.complaint)
        player.press(.enter)
        var guide = Guide(walk: walk)
        while let question = player.model.assessment.question, guide.steps < Self.mostSteps {
            guide.answer(question, &player)
        }
        #expect(player.model.assessment.question == nil)
        for act in walk.atTheEnd where player.model.result.diagnosis.verdict != .confirmed {
            guide.perform(act, &player)
        }
        let result = player.model.result
        #expect(result.diagnosis.leader?.id == walk.cause, "after \(guide.steps) steps")
        #expect(result.diagnosis.verdict == .confirmed)
        try expectSnapshot(guide.log, named: "walk-" + walk.cause)
        resolve(&player, as: walk.cause)
    }

    private func resolve(_ player: inout Player, as cause: CaseID) {
        player.press(.character("e"))
        let title = player.model.conversation.casebook[case: cause]?.title ?? "?"
        #expect(player.shows("CONFIRMED: " + title.prefix(40)))
        player.press(.character("m"), .enter)
        let markdown = Effect.saveReport(path: "inquest-report.md", replacing: false)
        #expect(player.effects.contains(markdown))
        player.press(.character("M"), .enter)
        let html = Effect.saveReport(path: "inquest-report.html", replacing: false)
        #expect(player.effects.contains(html))
        player.press(.character("r"), .character("v"))
        #expect(player.effects.contains(.confirm(cause: cause, verified: true)))
        #expect(player.shows("Recorded as incident 1"))
    }
}

/// Answers for the people of an incident, and writes down what was asked.
private struct Guide {
    let walk: Walk
    var steps = 0
    var log = ""
    private var captures: ArraySlice<String>

    init(walk: Walk) {
        self.walk = walk
        captures = walk.captures.map(\.name)[...]
        log = "“\(walk.complaint)”\n"
    }

    mutating func answer(_ question: Conversation.Question, _ player: inout Player) {
        if question.id == OpenSteps.captureStep, let capture = captures.popFirst() {
            player.press(.enter)
            player.type(capture)
            player.press(.enter)
            note("read \(capture)", player)
        } else if walk.checks[question.id] != nil {
            run(&player)
            note("run \(question.id)", player)
        } else {
            let answer = walk.known[question.id] ?? .unknown
            press(answer, &player)
            note("\(question.id): \(answer.rawValue)", player)
        }
    }

    private mutating func note(_ text: String, _ player: Player) {
        steps += 1
        let diagnosis = player.model.result.diagnosis
        let leader = diagnosis.leader.map {
            "\($0.id), \(Wording.probability($0.probability))"
        }
        log += "\(steps) \(text)\n    \(diagnosis.verdict.rawValue): \(leader ?? "none")\n"
    }

    private func press(_ answer: Answer, _ player: inout Player) {
        switch answer {
        case .yes: player.press(.character("y"))
        case .no: player.press(.character("n"))
        case .probably: player.press(.character("p"), .character("y"))
        case .probablyNot: player.press(.character("p"), .character("n"))
        case .unknown: player.press(.character("d"))
        }
    }

    /// Enter, and the word in full where it may harm.
    private func run(_ player: inout Player) {
        player.press(.enter)
        if case .command? = player.model.prompt {
            player.type(walk.target)
            player.press(.enter, .enter)
        }
        guard case .consent? = player.model.prompt else { return }
        player.type("yes")
        player.press(.enter)
    }

    mutating func perform(_ act: Walk.Act, _ player: inout Player) {
        switch act {
        case .read:
            guard let capture = captures.popFirst() else { return }
            player.press(.character("o"))
            player.type(capture)
            player.press(.enter)
            note("o, read \(capture)", player)
        case .command(let line):
            player.command(line)
            note(":\(line)", player)
        case .check(let step):
            player.press(.character("s"))
            let place = player.model.result.next.firstIndex { $0.id == step }
            for _ in 0..<(place ?? 0) { player.press(.character("j")) }
            player.press(.enter)
            #expect(player.model.assessment.question?.id == step)
            run(&player)
            note("s, chosen and run: \(step)", player)
        }
    }
}
