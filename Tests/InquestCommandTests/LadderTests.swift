import Foundation
import Testing
import Triage

@Suite struct LadderTests {
    @Test func `a flow is drawn packet by packet`() throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture, "--ladder", "4"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("│── SYN ─"))
        #expect(outcome.output.contains("◀"))
        #expect(outcome.lines.dropFirst().allSatisfy { $0.count <= 80 })
    }

    @Test func `without decoration it is drawn in ASCII`() throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture, "--ladder", "4", "--plain"])
        #expect(outcome.output.contains("|-- SYN -"))
        #expect(outcome.bytes.allSatisfy { $0 < 0x80 })
    }

    @Test func `its SVG is one well-formed file with a title and the same words`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.run(
            ["capture", Inquest.heldCapture, "--ladder", "4", "--svg", "f.svg"], folder: folder)
        #expect(outcome.status == 0)
        let svg = try Self.checked(folder + "/f.svg")
        #expect(svg.contains("<title id=\"title\">Flow 4 of "))
        #expect(svg.contains(">ClientHello (517)</text>"))
        #expect(svg.contains("<polygon"))
    }

    @Test func `a comparison is drawn, too`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.run(
            ["capture", "--compare", "--svg", "p.svg"] + splitCaptures, folder: folder)
        #expect(outcome.status == 0)
        let svg = try Self.checked(folder + "/p.svg")
        #expect(svg.contains(">lost</text>"))
        #expect(svg.contains("<title id=\"title\">"))
        #expect(svg.contains("ClientHello 517 again"))
    }

    @Test func `a report draws the flows that findings cite`() throws {
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.run(
            ["diagnose", "--capture", Inquest.heldCapture, "--html", "r.html"], folder: folder)
        let html = try String(contentsOfFile: folder + "/r.html", encoding: .utf8)
        #expect(html.matches(of: #/<figcaption>Flow \d/#).count == 3)
        #expect(html.contains("Cited by capture.tls."))
        #expect(!html.contains("<script"))
    }

    @Test(arguments: [
        (["--ladder", "99"], "has no flow 99"), (["--ladder", "1", "--json"], "contradict"),
        (["--svg", "x"], "--svg needs"),
    ])
    func `what cannot be drawn is said`(arguments: [String], words: String) throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(words))
    }

    /// Read by an XML parser, without script or anything from elsewhere.
    private static func checked(_ path: String) throws -> String {
        let parsed = try Inquest.shell(
            "python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' \(path)")
        #expect(parsed.status == 0, "\(parsed.error)")
        let svg = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!svg.contains("<script"))
        #expect(!svg.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
        return svg
    }
}
