import Glibc

/// A program of the search path that answers on its standard output, with bounds.
struct ChildProcess {
    struct End {
        /// Why there is nothing, or not all; `nil` when it ended well.
        var reason: String?
    }

    private let name: String
    private let arguments: [String]

    init(_ name: String, _ arguments: [String]) {
        self.name = name
        self.arguments = arguments
    }

    /// - Parameters:
    ///   - limit: bytes of output.
    ///   - seconds: for the whole; then it is ended.
    ///   - read: gets the output as it comes.
    func run(limit: Int, seconds: Double, _ read: (ArraySlice<UInt8>) -> Void) -> End {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return End(reason: Self.text(errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let started = start(writing: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        guard case .success(let child) = started else {
            if case .failure(let fault) = started { return End(reason: fault.text) }
            return End(reason: nil)
        }
        let deadline = ContinuousClock.now + .seconds(seconds)
        let fault = drain(ends[0], limit: limit, until: deadline, read)
        if fault != nil { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        if let fault { return End(reason: fault) }
        let code = (status >> 8) & 0xFF
        return End(reason: status == 0 ? nil : "\(name) ended with code \(code)")
    }

    private struct Fault: Error { var text: String }

    private func start(writing output: Int32) -> Result<pid_t, Fault> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, name, &actions, nil, words, environ)
        return code == 0
            ? .success(child) : .failure(Fault(text: "\(name) cannot be run: \(Self.text(code))"))
    }

    private func drain(
        _ input: Int32, limit: Int, until deadline: ContinuousClock.Instant,
        _ read: (ArraySlice<UInt8>) -> Void
    ) -> String? {
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        var total = 0
        while true {
            guard ContinuousClock.now < deadline else { return "\(name) took too long" }
            var request = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, 100)
            if ready < 0, errno != EINTR { return Self.text(errno) }
            if ready <= 0 { continue }
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(input, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return Self.text(errno) }
            if count == 0 { return nil }
            total += count
            if total > limit { return "\(name) wrote more than \(limit >> 20) MiB" }
            read(chunk[..<count])
        }
    }

    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
