import Casebook
import Diagnosis
import Triage

/// `inquest.case-test/1`.
enum CaseTestJSON {
    static func document(_ results: CaseTestResults) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-test/1")
            writer.member("casebook") { writer in
                writer.member("cases", results.casebook.cases.count)
                writer.member("hash", results.casebook.hash)
            }
            writer.member("passed", results.passed)
            writer.member("strict", results.isStrict)
            writer.member("cases", array: results.gates) {
                $0.gate($1, passed: results.passed($1))
            }
            writer.member("replays", array: results.replays) { $0.replay($1) }
            writer.member("healthy", array: results.healthy) { $0.healthy($1) }
            writer.member("without_replays", strings: results.withoutReplays)
            writer.member("lint_errors", results.errors)
            writer.member("truncated", Interrupt.requested)
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func gate(_ gate: CaseGate, passed: Bool) {
        object { writer in
            writer.member("id", gate.id)
            writer.member("status", gate.entry.status.rawValue)
            writer.member("passed", passed)
            writer.member("fires", gate.firing.count)
            writer.member("must_not_fire", gate.replays.count - gate.firing.count)
            writer.member("other_replays", gate.foreignReplays)
            writer.member("neighbours", array: Array(gate.neighbours.prefix(5))) {
                $0.neighbour($1)
            }
            if let strength = gate.strength {
                writer.member("strength") { writer in
                    writer.member("incidents", strength.incidents)
                    writer.member("first", number: strength.first)
                    writer.member("first_three", number: strength.firstThree)
                }
            }
            writer.member("failures", array: gate.failures) { $0.remark($1) }
            writer.member("warnings", array: gate.warnings) { $0.remark($1) }
            writer.member("advice", array: gate.advice) { $0.remark($1) }
        }
    }

    private mutating func neighbour(_ neighbour: Separation) {
        object { writer in
            writer.member("case", neighbour.other)
            writer.member("decibans", number: DiagnosisJSON.rounded(neighbour.decibans, 2))
        }
    }

    private mutating func remark(_ remark: CaseGate.Remark) {
        object { writer in
            writer.member("check", remark.check.rawValue)
            writer.member("text", remark.text)
        }
    }

    fileprivate mutating func replay(_ test: ReplayTest) {
        object { writer in
            writer.member("case", test.caseID)
            writer.member("file", test.replay.file)
            writer.member("expect", test.replay.expect.rawValue)
            writer.member("passed", test.passed)
            writer.member("verdict", ifPresent: test.verdict?.rawValue)
            writer.member("case_verdict", ifPresent: test.caseVerdict?.rawValue)
            writer.member("probability", number: DiagnosisJSON.rounded(test.probability, 6))
            if let rank = test.rank { writer.member("rank", rank) }
            writer.member("leader", ifPresent: test.leader)
            writer.member("confirmed", strings: test.confirmed)
            writer.member("faults", strings: CaseTestResults.faults(test))
        }
    }

    fileprivate mutating func healthy(_ test: HealthyTest) {
        object { writer in
            writer.member("file", test.file)
            writer.member("passed", test.passed)
            writer.member("verdict", ifPresent: test.verdict?.rawValue)
            writer.member("leader", ifPresent: test.leader)
            writer.member("confirmed", strings: test.confirmed)
            writer.member("faults", strings: CaseTestResults.faults(test))
        }
    }
}
