import CasebookFiles
import Foundation
import Testing

/// The name of how a casebook's files look, for which none of them is read.
@Suite struct CasebookStampTests {
    private let folder = TemporaryFolder.casebook()
    private static let caseFile = "tls/process-hung/case.md"

    private func stamp(_ remarks: [String] = []) -> String? {
        CasebookStamp([folder.path], remarks: remarks).value
    }

    /// Once nothing has changed for two seconds; `nil` where there is none after ten.
    private func settled() async throws -> String? {
        for _ in 0..<200 {
            if let stamp = stamp() { return stamp }
            try await Task.sleep(for: .milliseconds(50))
        }
        return nil
    }

    @Test func `what has just changed has none, for it could change again unseen`() async throws {
        #expect(stamp() == nil)
        let settled = try #require(try await settled())
        #expect(stamp() == settled)
        #expect(stamp(["another user"]) != settled)
        folder.write("README.md.d/x/case.md", "a folder more")
        #expect(stamp() == nil)
    }

    enum Change: String, CaseIterable {
        case sameSizeAndTime, mode, vocabularyMode, replaced, newCase, emptyCase, removed, renamed
        case familyMode, rootMode, vocabulary
    }

    @Test(arguments: Change.allCases)
    func `it is another one after every change`(_ change: Change) async throws {
        let before = try #require(try await settled())
        let (root, file) = (folder.path, "\(folder.path)/\(Self.caseFile)")
        let line =
            switch change {
            case .sameSizeAndTime:
                "cp -p \(file) old && sed 's/a/b/g' \(file) > new && cat new > \(file) "
                    + "&& touch -r old \(file) && rm old new"
            case .mode: "chmod g+w \(file)"
            case .vocabularyMode: "chmod o+w \(root)/symptoms.yaml"
            case .replaced: "cp -p \(file) new && mv new \(file)"
            case .newCase: "cp -r \(root)/tls/process-hung \(root)/tls/another"
            case .emptyCase: "mkdir \(root)/tls/another"
            case .removed: "rm \(file)"
            case .renamed: "mv \(root)/tls/process-hung \(root)/tls/process-hangs"
            case .familyMode: "chmod o+w \(root)/tls"
            case .rootMode: "chmod o+w \(root)"
            case .vocabulary: "echo >> \(root)/findings.yaml"
            }
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        let scratch = TemporaryFolder()
        shell.currentDirectoryURL = URL(filePath: scratch.path)
        shell.arguments = ["-c", line]
        try shell.run()
        shell.waitUntilExit()
        withExtendedLifetime(scratch) { #expect(shell.terminationStatus == 0) }
        let after = try #require(try await settled())
        #expect(after != before)
    }

    @Test func `a case that comes into a folder that had none is seen`() async throws {
        folder.write("tls/empty/notes.txt", "nothing yet")
        let before = try #require(try await settled())
        folder.write("tls/empty/case.md", "a case")
        #expect(try #require(try await settled()) != before)
    }

    @Test(arguments: ["symptoms.yaml", "tls", "tls/process-hung", "tls/process-hung/case.md"])
    func `where a link is on the way there is none`(_ name: String) async throws {
        _ = try #require(try await settled())
        let path = "\(folder.path)/\(name)"
        let elsewhere = TemporaryFolder()
        try FileManager.default.moveItem(atPath: path, toPath: elsewhere.path + "/moved")
        try FileManager.default.createSymbolicLink(
            atPath: path, withDestinationPath: elsewhere.path + "/moved")
        // Longer than a change is new.
        for _ in 0..<20 {
            #expect(stamp() == nil)
            try await Task.sleep(for: .milliseconds(200))
        }
        withExtendedLifetime(elsewhere) {}
    }

    @Test func `of a folder that is not there there is none`() {
        #expect(CasebookStamp(["/nowhere/at/all"], remarks: []).value == nil)
        #expect(CasebookStamp([], remarks: []).value != nil)
    }
}
