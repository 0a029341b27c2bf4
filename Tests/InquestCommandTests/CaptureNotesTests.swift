import Foundation
import Testing
import Triage

@Suite struct CaptureNotesTests {
    @Test func `comments of a capture are shown, those of cited packets where they are cited`()
        throws
    {
        let folder = Inquest.temporaryFolder()
        let made = try Inquest.shell(
            "editcap -a 53:$'look \\x1b[31m here' -a 1:hidden \(Inquest.heldCapture) a.pcapng && "
                + "editcap --capture-comment 'from the client' a.pcapng b.pcapng", folder: folder)
        try #require(made.status == 0, "\(made.error)")
        let text = try Inquest.run(["capture", "b.pcapng"], folder: folder).output
        #expect(text.contains("packet 53 has a comment: look \\u{1b}[31m here"))
        #expect(text.contains("- from the client"))
        #expect(text.contains("- 2 packets with a comment"))
        #expect(!text.contains("\u{1b}"))
        let node = try document(
            try Inquest.run(["capture", "--json", "b.pcapng"], folder: folder).output)
        #expect(SchemaValidator.faults(in: node) == [])
        let comments = node["comments"]?.array ?? []
        #expect(comments.contains { $0["text"]?.string == "hidden" })
        #expect(comments.contains { $0["packet"]?.number == 53 })
    }
}
