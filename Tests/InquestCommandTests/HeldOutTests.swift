import Foundation
import Testing
import Triage

/// Captures by other programs than those of the replays, to which neither cases nor analyzers were
/// tuned; what each deserves was decided from its packets before the tool saw it.
@Suite struct HeldOutTests {
    struct Row: Sendable, CustomStringConvertible {
        var file: String
        /// The case that should come first, or `none`.
        var cause: String
        var description: String { file }
    }

    static let folder = Inquest.repository("Tests/Fixtures/heldout")

    static let rows: [Row] = {
        let table = try? String(contentsOfFile: folder + "/expected.tsv", encoding: .utf8)
        return (table ?? "").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "\t")
            guard cells.count >= 3, !line.hasPrefix("#") else { return nil }
            return Row(file: String(cells[0]), cause: String(cells[1]))
        }
    }()

    private func diagnose(_ row: Row) throws -> JSONNode {
        let outcome = try Inquest.run([
            "diagnose", "--capture", Self.folder + "/" + row.file, "--json",
        ])
        return try document(outcome.output)
    }

    @Test func `the table names the captures`() {
        #expect(Self.rows.count >= 40)
    }

    @Test(arguments: rows)
    func `nothing is called likely or confirmed that is not the cause`(row: Row) throws {
        for entry in try diagnose(row)["cases"]?.array ?? [] {
            let verdict = entry["verdict"]?.string
            if verdict == "likely" || verdict == "confirmed" {
                #expect(entry["id"]?.string == row.cause)
            }
        }
    }

    /// 28 of 36 at the first measurement, 13 of 15 for the five documented incidents.
    @Test func `most causes come first`() throws {
        let faults = Self.rows.filter { $0.cause != "none" }
        let first = try faults.filter { row in
            try diagnose(row)["cases"]?.array?.first?["id"]?.string == row.cause
        }
        #expect(first.count * 4 >= faults.count * 3, "\(first.count) of \(faults.count)")
    }
}
