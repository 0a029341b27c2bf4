import Casebook
import Diagnosis
import Triage

/// What came of making a case: where it is, what it says, how it stands.
struct NewCaseJSON {
    private let trial: CaseTrial
    private let replays: [ReplayTest]
    /// The case's folder; `nil` while it is a draft.
    private let place: String?
    private let draft: String?

    init(_ trial: CaseTrial, _ replays: [ReplayTest], place: String) {
        (self.trial, self.replays, self.place, draft) = (trial, replays, place, nil)
    }

    /// One with faults.
    init(_ trial: CaseTrial, draft: String) {
        (self.trial, replays, place, self.draft) = (trial, [], nil, draft)
    }

    var document: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-new/1")
            writer.member("id", trial.id)
            writer.member("path", ifPresent: place.map { $0 + "/case.md" })
            writer.member("draft", ifPresent: draft)
            writer.member("passes", trial.errors == 0 && replays.allSatisfy(\.passed))
            if let entry = trial.entry { write(entry, &writer) }
            writer.member("replays", array: replays) { writer, test in
                writer.object { writer in
                    writer.member("file", test.replay.file)
                    writer.member("expect", test.replay.expect.rawValue)
                    writer.member("verdict", ifPresent: test.caseVerdict?.rawValue)
                    writer.member("passed", test.passed)
                    writer.member("faults", array: CaseTestResults.faults(test)) { $0.string($1) }
                }
            }
            writer.member("diagnostics", array: trial.diagnostics) { $0.diagnostic($1) }
        }
        writer.endLine()
        return writer.bytes
    }

    private func write(_ entry: Case, _ writer: inout JSONWriter) {
        writer.member("title", entry.title)
        writer.member("family", entry.family)
        writer.member("symptoms", array: entry.symptoms, Self.write)
        writer.member("findings", array: entry.findings, Self.write)
    }

    private static func write(_ writer: inout JSONWriter, _ listing: Case.Listing) {
        writer.object { writer in
            writer.member("id", listing.fact)
            writer.member("frequency", listing.frequency.rawValue)
        }
    }
}
