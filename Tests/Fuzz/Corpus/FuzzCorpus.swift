import Foundation

/// The inputs that `fuzz.sh keep` has put into `Tests/Fixtures/fuzz/corpus`.
public enum FuzzCorpus {
    public enum Fault: Error { case unreadable(archive: String, status: Int32) }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/fuzz/corpus").standardizedFileURL

    /// Of one target of the fuzzer, in the order of their names.
    public static func inputs(of target: String) throws -> [[UInt8]] {
        let archive = folder.appending(path: "\(target).tar.gz").path
        let files = FileManager.default
        let unpacked = files.temporaryDirectory.appending(path: "inquest-corpus-\(UUID())")
        try files.createDirectory(at: unpacked, withIntermediateDirectories: true)
        defer { try? files.removeItem(at: unpacked) }
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", archive, "-C", unpacked.path]
        try tar.run()
        tar.waitUntilExit()
        guard tar.terminationStatus == 0 else {
            throw Fault.unreadable(archive: archive, status: tar.terminationStatus)
        }
        return try files.contentsOfDirectory(atPath: unpacked.path).sorted().map {
            try [UInt8](Data(contentsOf: unpacked.appending(path: $0)))
        }
    }
}
