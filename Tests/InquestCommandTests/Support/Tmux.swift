import Foundation
import Glibc
import Testing

/// A terminal with a shell in it, driven by tmux; every wait is for something that is shown.
final class Tmux {
    static let isInstalled = FileManager.default.isExecutableFile(atPath: "/usr/bin/tmux")

    private let socket = "inquest-test-" + UUID().uuidString
    let home = Inquest.temporaryFolder()

    /// - Parameter environment: `NAME=VALUE` words before the shell.
    init(width: Int = 80, height: Int = 24, environment: [String] = []) throws {
        let basic = [
            "HOME=\(home)", "XDG_DATA_HOME=\(home)", "XDG_STATE_HOME=\(home)/state", "TZ=UTC",
            "LC_ALL=C.UTF-8", "PS1=ready$ ", "INQUEST=\(Inquest.binary)",
            "BOOK=\(Inquest.casebook)", "SWIFT_BACKTRACE=enable=no",
        ]
        let variables = (basic + environment).map { "'\($0)'" }.joined(separator: " ")
        try tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "s", "-x", "\(width)", "-y",
            "\(height)", "env \(variables) bash --norc --noprofile -i")
        try wait(for: "ready$")
    }

    deinit { _ = try? tmux("kill-server") }

    @discardableResult
    func tmux(_ arguments: String...) throws -> String {
        let path = home + "/out-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.spawn(["/usr/bin/tmux", "-L", socket] + arguments, output: path)
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Not by `Process`: the server that the first call starts would inherit the descriptor by
    /// which Foundation waits for the end of its child, and those of other tests.
    private static func spawn(_ words: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        for descriptor in Int32(3)..<256 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // Threads of a test block signals; a server that inherits that cannot be ended.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ) == 0)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }

    /// What the terminal shows now.
    func screen() throws -> String { try tmux("capture-pane", "-p", "-t", "s") }

    func type(_ text: String) throws { try tmux("send-keys", "-t", "s", "-l", text) }

    /// Names as tmux has them: `Enter`, `Escape`, `C-z`.
    func press(_ keys: String...) throws {
        for key in keys { try tmux("send-keys", "-t", "s", key) }
    }

    func shell(_ line: String) throws {
        try type(line)
        try press("Enter")
    }

    func resize(width: Int, height: Int) throws {
        try tmux("resize-window", "-t", "s", "-x", "\(width)", "-y", "\(height)")
    }

    /// Half a minute at most.
    @discardableResult
    func wait(
        for text: String..., without absent: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        var shown = ""
        for _ in 0..<600 {
            shown = try screen()
            if text.allSatisfy(shown.contains), absent.map({ !shown.contains($0) }) ?? true {
                return shown
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        Issue.record("the screen never showed \(text): \(shown)", sourceLocation: sourceLocation)
        return shown
    }

    /// The screen once it no longer changes: a picture taken while it is drawn has rows of both.
    func still() throws -> String {
        var shown = try screen()
        for _ in 0..<100 {
            Thread.sleep(forTimeInterval: 0.1)
            let next = try screen()
            if next == shown { return shown }
            shown = next
        }
        return shown
    }

    /// The process that the shell runs in the foreground.
    func child() throws -> Int32 {
        let shell = try tmux("display-message", "-p", "-t", "s", "#{pane_pid}")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let path = "/proc/\(shell)/task/\(shell)/children"
        let children = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
        return try #require(children.first.flatMap { Int32($0) })
    }
}
