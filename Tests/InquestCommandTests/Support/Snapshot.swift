import Foundation
import Testing

/// Compares `text` with the file of that name in `Snapshots`; with `RECORD_SNAPSHOTS=1` writes the
/// file and fails, so that nobody records by accident.
func expectSnapshot(_ text: String, named name: String) throws {
    let path = Inquest.repository("Tests/InquestCommandTests/Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        Issue.record("recorded \(name); look at the difference, then run again without recording")
        return
    }
    let expected = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == expected)
}
