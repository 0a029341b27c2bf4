import Testing

/// A real server that a test starts on a loopback port and that ends with the value.
final class ServerProcess: Sendable {
    let port: UInt16
    private let child: ChildProcess
    /// Files of the server, kept as long as it runs.
    private let files: TemporaryFolder?

    /// Starts `arguments` (found by PATH) and waits until the port listens.
    static func start(
        _ arguments: [String], port: UInt16, keeping files: TemporaryFolder? = nil
    ) async throws -> ServerProcess {
        let server = try ServerProcess(arguments, port: port, files)
        for _ in 0..<1200 {
            if isListening(port) { return server }
            try #require(server.child.ending == nil, "the server ended: \(server.output)")
            try await Task.sleep(for: .milliseconds(25))
        }
        throw ChildProcess.Failed(description: "nobody listens on \(port): \(server.output)")
    }

    private init(_ arguments: [String], port: UInt16, _ files: TemporaryFolder?) throws {
        self.port = port
        self.files = files
        child = try ChildProcess(arguments, seconds: 300)
    }

    var output: String { child.output }

    func stop() { child.stop() }
}
