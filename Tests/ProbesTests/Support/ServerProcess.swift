import Foundation
import Testing

/// A real server that a test starts on a loopback port and that ends with the value.
final class ServerProcess: @unchecked Sendable {
    // `Process` is only touched by `start` and by `stop`, one after the other.
    private let process: Process
    let port: UInt16
    private let outputPath: String
    private let folder: TemporaryFolder

    /// Starts `arguments` (found by PATH) and waits until the port listens.
    ///
    /// `timeout` goes in front, so that no server outlives a test run that was killed.
    static func start(_ arguments: [String], port: UInt16) async throws -> ServerProcess {
        let server = try ServerProcess(arguments, port: port)
        try await server.untilListening()
        return server
    }

    private init(_ arguments: [String], port: UInt16) throws {
        self.port = port
        folder = TemporaryFolder()
        outputPath = try folder.file("output", "")
        let output = try #require(FileHandle(forWritingAtPath: outputPath))
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "-k", "1", "300"] + arguments
        process.standardInput = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C.UTF-8"]) {
            $1
        }
        try process.run()
    }

    deinit { stop() }

    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    func stop() {
        if process.isRunning { process.terminate() }
    }

    private func untilListening() async throws {
        for _ in 0..<1200 {
            if isListening(port) { return }
            try #require(process.isRunning, "the server ended: \(output)")
            try await Task.sleep(for: .milliseconds(25))
        }
        Issue.record("nobody listens on \(port) after 30 s: \(output)")
    }
}
