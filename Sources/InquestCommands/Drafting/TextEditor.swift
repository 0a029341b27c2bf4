import Glibc
import Triage

/// The person's own editor, `$VISUAL`, else `$EDITOR`, else vi (POSIX utilities, ENVIRONMENT
/// VARIABLES of `crontab -e`).
struct TextEditor {
    let command: String

    init(environment: [String: String]) {
        let named = ["VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }
        command = named.first { !$0.isEmpty } ?? "vi"
    }

    /// Waits until the editor has ended.
    ///
    /// - Returns: why it failed; `nil` when it did not.
    func edit(_ path: String) -> String? {
        // The words of the variable are a shell's: `code --wait`.
        let words = ["/bin/sh", "-c", "\(command) \"$0\"", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var reset = sigset_t()
        sigemptyset(&reset)
        sigaddset(&reset, SIGINT)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        // ^C belongs to the editor while it runs.
        var (kept, ignoring) = (sigaction(), sigaction())
        ignoring.__sigaction_handler.sa_handler = SIG_IGN
        sigaction(SIGINT, &ignoring, &kept)
        defer { sigaction(SIGINT, &kept, nil) }
        var child = pid_t()
        let code = posix_spawn(&child, "/bin/sh", nil, &attributes, &arguments, environ)
        guard code == 0 else { return "could not be started: \(ErrorText.reason(code))" }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { return "was lost: \(ErrorText.reason(errno))" }
        }
        if status & 0x7F != 0 { return "was ended by signal \(status & 0x7F)" }
        let exit = (status >> 8) & 0xFF
        return exit == 0 ? nil : "ended with exit code \(exit)"
    }
}
