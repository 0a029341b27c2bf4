import Foundation
import Glibc

/// A child with its output in a file. Not Foundation's `Process`, whose pipes leak into children
/// that are started at the same time and then never end.
final class ChildProcess: @unchecked Sendable {
    // `status` and `inputEnd` change in `wait` and `stop`, which the lock keeps apart.
    private let lock = NSLock()
    private let identifier: pid_t
    private var status: Int32?
    private var inputEnd: Int32
    private let folder = TemporaryFolder()

    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs `arguments` (found by PATH) under timeout(1), so that nothing outlives a test run that
    /// was killed. Standard input stays open and says nothing, unless `input` is given.
    init(_ arguments: [String], seconds: Int, folder directory: String? = nil, input: String? = nil)
        throws
    {
        let output = open(folder.path + "/output", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(output) }
        var ends: [Int32] = [-1, -1]
        guard output >= 0, pipe(&ends) == 0 else { throw Failed(description: "no descriptor left") }
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        inputEnd = ends[1]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        // Threads of the concurrency pool block signals; a child would inherit that and not end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let place = directory.map { ["-C", $0] } ?? []
        let words =
            ["env"] + place + ["LC_ALL=C.UTF-8", "timeout", "-k", "1", String(seconds)] + arguments
        var argv = words.map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, "env", &actions, &attributes, &argv, environ)
        close(ends[0])
        identifier = pid
        guard code == 0 else {
            close(ends[1])
            throw Failed(description: "\(arguments[0]): \(String(cString: strerror(code)))")
        }
        if let input {
            _ = Array(input.utf8).withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
            close(ends[1])
            inputEnd = -1
        }
    }

    deinit { stop() }

    var output: String {
        String(
            decoding: FileManager.default.contents(atPath: folder.path + "/output") ?? Data(),
            as: UTF8.self)
    }

    /// The status of its end; `nil` while it runs.
    var ending: Int32? { lock.withLock { reap(WNOHANG) } }

    func wait() -> Int32 { lock.withLock { reap(0) ?? -1 } }

    func stop() {
        lock.withLock {
            if reap(WNOHANG) == nil {
                kill(identifier, SIGTERM)
                _ = reap(0)
            }
            if inputEnd >= 0 { close(inputEnd) }
            inputEnd = -1
        }
    }

    private func reap(_ options: Int32) -> Int32? {
        if let status { return status }
        var value: Int32 = 0
        if waitpid(identifier, &value, options) == identifier { status = value }
        return status
    }
}
