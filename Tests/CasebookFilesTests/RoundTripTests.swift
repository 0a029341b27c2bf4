import Casebook
import Testing

@testable import CasebookFiles

@Suite struct RoundTripTests {
    @Test func `the good case survives being written`() throws {
        let value = try #require(
            parseCase(text: goodCase, path: goodPath, vocabulary: vocabulary).case)
        #expect(writeCase(value) == goodCase.replacingFirst("requires: []\n", with: ""))
    }

    @Test(arguments: 0..<40) func `a case that is written and read is the same case`(seed: UInt64) {
        var maker = CaseMaker(random: SplitMix(state: seed))
        for _ in 0..<5 {
            let value = maker.caseValue()
            let text = writeCase(value)
            let back = parseCase(
                text: text, path: "\(value.folder)/case.md", vocabulary: maker.vocabulary)
            #expect(back.case == value, "\(back.diagnostics.map(\.text))\n\(text)")
            #expect(back.case.map(writeCase) == text)
        }
    }

    @Test(arguments: [
        "plain", "with: colon", "ends with:", "# comment", "a # comment", "- dash", "? mark",
        "* star", "& and", "! bang", "| pipe", "> fold", "'single'", "\"double\"", "% percent",
        "@at", "`tick`", "[a]", "{a}", "a, b", "yes", "No", "NULL", "~", "null", "true", "off",
        "1", "1.5", "0x1F", "12:30:45", "2026-01-01", "=", "<<", "\\backslash", "tab\tinside",
        "two\nlines", "two\n\nparagraphs", "  indented\nless", "a\n  b\n c", "a \nb", "a\n- b: c",
        "---", "...", "a\n---\nb", "é 日本語 🔒", "a\u{A0}b", "{target}", "x{y", "a:b", "::",
        "trailing\\", "a\n\tb", "a: |", "\u{85}", "null byte \u{0}",
    ])
    func `any text survives as a YAML scalar`(text: String) throws {
        let scalars = [
            "a: " + YAMLWriter.scalar(text, indent: "  "),
            "a:\n  b: " + YAMLWriter.scalar(text, indent: "    "),
            "a: [" + YAMLWriter.scalar(text, indent: "", isInFlow: true) + "]",
        ]
        for (yaml, path) in zip(scalars, [["a"], ["a", "b"], ["a", "0"]]) {
            let log = FaultLog(path: "")
            let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            let tree = try #require(YAMLTree.read(lines[...], firstLine: 1, log: log), "\(yaml)")
            #expect(tree.scalar(path) == text, "\(yaml)")
        }
    }
}

extension YAMLTree {
    /// The text under keys or numbers.
    fileprivate func scalar(_ path: [String]) -> String? {
        switch content {
        case .scalar(let text, _): path.isEmpty && !isNull ? text : nil
        case .sequence(let entries):
            entries[Int(path[0])!].scalar(Array(path.dropFirst()))
        case .mapping(let pairs):
            pairs.first { $0.key.value == path[0] }?.value.scalar(Array(path.dropFirst()))
        }
    }
}

/// Makes cases at random: every field, texts with everything that YAML or Markdown could take
/// for its own.
struct CaseMaker {
    var random: SplitMix

    let vocabulary = Vocabulary(
        symptoms: (0..<8).map { Symptom(id: "symptom-\($0)", question: "?") },
        findings: (0..<8).map {
            FindingKind(
                id: "capture.tcp.finding-\($0)", definition: "", effect: .local, establishedBy: "",
                byHand: "", tier: 1)
        })

    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func some<Value>(
        _ limit: Int, atLeast least: Int = 0, _ make: (inout CaseMaker) -> Value
    ) -> [Value] {
        (0..<(least + number(limit))).map { _ in make(&self) }
    }

    /// Without white space at its ends, never empty.
    private mutating func text(lines: Int = 3) -> String {
        let pieces = [
            "word", "The server", "a: b", "#", "- x", "“quoted”", "'it''s'", "\"", "\\n",
            "{target}",
            "[1]", "日本", "🔒", "|", "&a", "*b", "  ", "\t", "%", "yes", "12", ":", "---", "é",
        ]
        let rows = (0...number(lines)).map { _ in
            (0...number(6)).map { _ in pieces[number(pieces.count)] }.joined(separator: " ")
        }
        let text = trim(rows.joined(separator: number(3) == 0 ? "\n\n" : "\n"))
        return text.isEmpty ? "~" + "x" : text
    }

    private mutating func facts(_ prefix: String) -> [FactID] {
        var left = Array(0..<8)
        return (0..<number(5)).map { _ in "\(prefix)\(left.remove(at: number(left.count)))" }
    }

    private mutating func findings() -> [FactID] { facts("capture.tcp.finding-") }

    private mutating func pick<Word: CaseIterable>(_ type: Word.Type) -> Word {
        Word.allCases.randomElement(using: &random)!
    }

    private mutating func decision() -> Case.Decision {
        if number(5) == 0 { return Case.Decision(undecidable: text()) }
        return Case.Decision(
            test: text(), command: text(), effect: pick(EffectClass.self),
            confirms: some(2, atLeast: 1) {
                ["capture.tcp.finding-0"]
                    + [$0.findings().last].compactMap(\.self).filter {
                        $0 != "capture.tcp.finding-0"
                    }
            },
            sufficient: some(2) { _ in ["capture.tcp.finding-1"] },
            rivals: (0..<number(3)).map { Case.Rival(id: "rival-\($0)", shows: text()) })
    }

    mutating func caseValue() -> Case {
        let family = Case.families[number(Case.families.count)]
        let id = "case-\(number(1_000))"
        return Case(
            id: id, title: "T" + text(lines: 1).split(separator: "\n")[0].prefix(60),
            family: family, status: pick(Case.Status.self), baseRate: pick(Case.BaseRate.self),
            sources: some(3, atLeast: 1) {
                Case.Source(
                    title: $0.text(), publisher: $0.text(),
                    url: "https://example.com/\($0.number(99))",
                    kind: $0.pick(Case.Source.Kind.self))
            },
            symptoms: facts("symptom-").map { Case.Listing(fact: $0, frequency: frequency()) },
            findings: findings().map { Case.Listing(fact: $0, frequency: frequency()) },
            requires: [],
            signatures: (0..<number(3)).map {
                LogSignature(
                    form: $0 == 0 ? .literal : .pattern,
                    text: $0 == 0 ? text() : "pattern (\\d+|[a-z]) number \($0)",
                    printedBy: text())
            },
            customFindings: (0..<number(3)).map {
                CustomFinding(
                    name: "own-\($0)", definition: "One two three four. " + text(),
                    source: pick(CustomFinding.Source.self), query: "SELECT " + text())
            }, decision: decision(),
            falseLeads: some(3) {
                Case.FalseLead(lead: $0.text(), why: $0.text(), closedBy: $0.findings().first)
            },
            fixes: Case.Fixes(
                mitigation: text(), root: text(), prevention: number(2) == 0 ? nil : text()),
            verification: Case.Verification(
                present: findings(), absent: findings(), window: text(), command: text()),
            replays: (0..<number(3)).map {
                Case.Replay(
                    file: "replays/\($0).pcap", expect: pick(Case.Replay.Expectation.self),
                    cites: findings())
            },
            sections: Case.requiredHeadings.map { Case.Section(heading: $0, text: body()) },
            folder: "casebook/\(family)/\(id)")
    }

    /// Anything but `never`, which contradicts what confirms a case.
    private mutating func frequency() -> Frequency {
        [.always, .usually, .sometimes, .rarely][number(4)]
    }

    private mutating func body() -> String {
        let code = "```sh\n## not a heading\ncurl -v https://example.com/ | head\n```"
        return number(2) == 0 ? "Text: \(text())" : "Look:\n\n\(code)\n\nAnd \(text())"
    }
}
