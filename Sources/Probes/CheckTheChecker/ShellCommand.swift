internal import Glibc

/// A command line that runs in a process group of its own, so that all of it can be ended.
///
/// Its standard input is empty; what it prints is read here, and kept only up to a limit.
struct ShellCommand: ~Copyable {
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// More is counted and thrown away: the last lines of a check are read by a person.
    static let keptOutput = 4 << 10

    private let process: pid_t
    /// The end of the pipe that takes its standard output and standard error.
    let output: Int32
    private(set) var ending: Ending?
    /// The first `keptOutput` bytes.
    private(set) var printed: [UInt8] = []
    private(set) var printedBytes = 0
    private(set) var isOutputOpen = true

    /// Starts `line` by `/bin/sh -c`.
    ///
    /// - Parameter environment: `NAME=value`, all of it.
    /// - Throws: the `errno` of what failed.
    init(_ line: String, environment: [String]) throws(Errno) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Errno(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // The command's end blocks as programs expect it.
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let started = Self.start(line, environment, output: ends[1])
        close(ends[1])
        switch started {
        case .success(let process): (self.process, output) = (process, ends[0])
        case .failure(let code):
            close(ends[0])
            throw code
        }
    }

    deinit {
        // Whatever the shell left in the background goes with it.
        kill(-process, SIGKILL)
        _ = waitpid(process, nil, 0)
        close(output)
    }

    struct Errno: Error, Equatable {
        var code: Int32
        init(_ code: Int32) { self.code = code }
    }

    private static func start(
        _ line: String, _ environment: [String], output: Int32
    ) -> Result<pid_t, Errno> {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        configure(&attributes)
        var words = unsafe Self.terminated(["/bin/sh", "-c", line])
        var variables = unsafe Self.terminated(environment)
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(
            &process, "/bin/sh", &actions, &attributes, &words, &variables)
        return code == 0 ? .success(process) : .failure(Errno(code))
    }

    /// Copies that end with a null pointer, as execve(2) wants them; the caller frees them.
    private static func terminated(_ words: [String]) -> [UnsafeMutablePointer<CChar>?] {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
        for word in words { unsafe pointers.append(strdup(word)) }
        unsafe pointers.append(nil)
        return unsafe pointers
    }

    /// A group of its own, and the signals as a shell's child expects them.
    private static func configure(_ attributes: inout posix_spawnattr_t) {
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        unsafe sigemptyset(&all)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGQUIT, SIGHUP] { unsafe sigaddset(&all, signal) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// Reads what it has printed so far, never waiting.
    mutating func readOutput() {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while isOutputOpen {
            let count = unsafe read(output, &chunk, chunk.count)
            if count > 0 {
                printedBytes += count
                printed.append(
                    contentsOf: chunk[..<min(count, max(0, Self.keptOutput - printed.count))])
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                isOutputOpen = false
            } else {
                return
            }
        }
    }

    /// Looks whether the shell has ended; it stays a zombie, so that its group keeps its number.
    mutating func look() {
        guard ending == nil else { return }
        var facts = unsafe siginfo_t()
        let options = WEXITED | WNOHANG | WNOWAIT
        guard unsafe waitid(P_PID, id_t(process), &facts, options) == 0,
            unsafe facts._sifields._sigchld.si_pid == process
        else { return }
        let status = unsafe facts._sifields._sigchld.si_status
        ending = unsafe facts.si_code == CLD_EXITED ? .exited(status) : .signalled(status)
    }

    /// Ends it and everything that it started and that did not leave its process group.
    func end() { kill(-process, SIGKILL) }
}
