import Foundation
import Glibc

/// The built program, run as a user runs it.
enum Inquest {
    struct Outcome {
        var output: String
        var error: String
        var bytes: [UInt8]
        /// Exit code, or 128 and the signal's number as a shell reports it.
        var status: Int32

        var lines: [String] {
            output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        }
    }

    /// The folder that holds `Package.swift`.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Beside the test bundle, whatever the build folder is called; `INQUEST_BINARY` overrides.
    static let binary: String = {
        if let named = ProcessInfo.processInfo.environment["INQUEST_BINARY"] { return named }
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
        let programs = (bundles + ["/proc/self/exe"]).map {
            URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
        }
        let folders = programs + [root + "/.build/debug"]
        return folders.map { $0 + "/inquest" }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "inquest"
    }()

    static func repository(_ path: String) -> String { root + "/" + path }

    static let fixtures = repository("Tests/InquestCommandTests/Fixtures")
    /// A casebook of two cases that only these tests use.
    static let casebook = fixtures + "/casebook"
    /// A capture of handshakes held by a silent client, from the shipped casebook.
    static let heldCapture = repository(
        "casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap")

    /// Where the index of the shipped casebook lies for all tests, so that its files are parsed
    /// once; runs with another casebook get a place of their own.
    static let sharedHome = temporaryFolder()

    /// A folder of its own for each test.
    static func temporaryFolder() -> String {
        let folder = NSTemporaryDirectory() + "inquest-test-" + UUID().uuidString
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        folder: String? = nil
    ) throws -> Outcome {
        let running = try Running(
            binary, arguments, environment: environment, folder: folder ?? temporaryFolder())
        running.feed(input)
        running.closeInput()
        return running.wait()
    }

    /// Runs a shell line in which `$INQUEST` is the program.
    static func shell(
        _ line: String, environment: [String: String] = [:], folder: String? = nil
    ) throws -> Outcome {
        let running = try Running(
            "/bin/bash", ["-c", line],
            environment: environment.merging(["INQUEST": binary]) { $1 },
            folder: folder ?? temporaryFolder())
        running.closeInput()
        return running.wait()
    }
}

/// A process with its standard streams.
final class Running {
    private let process = Process()
    private let input = Pipe()
    private let folder: String
    private let captured: String

    init(
        _ program: String, _ arguments: [String], environment: [String: String], folder: String
    ) throws {
        self.folder = folder
        captured = Inquest.temporaryFolder()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        // The index lies apart from the working directory, which may be the repository.
        let ownCasebook = arguments.contains { $0.contains("--casebook") }
        let home = ownCasebook ? captured : Inquest.sharedHome
        let basic = [
            "PATH": "/usr/bin:/bin", "HOME": home, "XDG_DATA_HOME": home, "TZ": "UTC",
            "LC_ALL": "C.UTF-8", "TERM": "xterm",
        ]
        process.environment = basic.merging(environment) { $1 }
        process.standardInput = input
        for name in ["out", "err"] {
            _ = FileManager.default.createFile(atPath: captured + "/" + name, contents: nil)
        }
        process.standardOutput = FileHandle(forWritingAtPath: captured + "/out")
        process.standardError = FileHandle(forWritingAtPath: captured + "/err")
        try process.run()
    }

    func feed(_ bytes: [UInt8]) {
        try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
    }

    func closeInput() { try? input.fileHandleForWriting.close() }

    /// Waits until standard error holds `text`, half a minute at most.
    func waitForError(_ text: String) {
        for _ in 0..<600 {
            let told = String(decoding: Self.bytes(captured + "/err"), as: UTF8.self)
            if told.contains(text) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    func interrupt() { process.interrupt() }

    /// As the kernel ends a process: nothing can be done about it.
    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    func wait() -> Inquest.Outcome {
        process.waitUntilExit()
        let output = Self.bytes(captured + "/out")
        let error = Self.bytes(captured + "/err")
        let signalled = process.terminationReason == .uncaughtSignal
        return Inquest.Outcome(
            output: String(decoding: output, as: UTF8.self),
            error: String(decoding: error, as: UTF8.self), bytes: output,
            status: process.terminationStatus + (signalled ? 128 : 0))
    }

    private static func bytes(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: path).map(Array.init) ?? []
    }
}
