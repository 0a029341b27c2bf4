internal import Glibc

/// Keeps SIGPIPE, which OpenSSL's write(2) to a closed socket raises, from ending the process.
///
/// The signal belongs to the thread: it is held back here, taken in at the end, and what was
/// allowed before is allowed again.
struct BrokenPipeGuard {
    private var before = sigset_t()

    init() {
        var broken = Self.brokenPipe
        unsafe pthread_sigmask(SIG_BLOCK, &broken, &before)
    }

    func end() {
        var broken = Self.brokenPipe
        var none = timespec()
        while unsafe sigtimedwait(&broken, nil, &none) == SIGPIPE {}
        var before = before
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    }

    private static var brokenPipe: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGPIPE)
        return set
    }
}
