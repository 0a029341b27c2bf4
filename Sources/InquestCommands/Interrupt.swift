import Glibc
import Probes
import Synchronization

/// How often ^C was pressed. The first lets the work end early and report what it has; the second
/// ends the process at once.
private let interruptions = Atomic<Int>(0)

/// Open on /dev/null for the signal handler, which must not open files itself.
private let emptyInput = Atomic<Int32>(-1)

/// The probes that are under way, as an unmanaged `Cancellation`; 0 for none.
private let cancelled = Atomic<Int>(0)

enum Interrupt {
    static var requested: Bool { interruptions.load(ordering: .relaxed) > 0 }

    static func install() {
        // The first use initialises the counter here and not inside the signal handler.
        interruptions.store(0, ordering: .relaxed)
        cancelled.store(0, ordering: .relaxed)
        emptyInput.store(open("/dev/null", O_RDONLY | O_CLOEXEC), ordering: .relaxed)
        // A parent that ignores ^C for us (a shell's background job) is obeyed.
        var inherited = sigaction()
        sigaction(SIGINT, nil, &inherited)
        let ignored = unsafeBitCast(SIG_IGN, to: Int.self)
        let handler = inherited.__sigaction_handler.sa_handler
        if unsafeBitCast(handler, to: Int.self) != ignored { catchSignal(SIGINT) }
        // A reader that went away (`| head`) ends us quietly, whatever our parent had chosen.
        signal(SIGPIPE, SIG_DFL)
    }

    /// Lets SIGTERM end the work as ^C does: `timeout 60 inquest capture --interface eth0` is a
    /// habit from tcpdump.
    static func endByTermination() { catchSignal(SIGTERM) }

    /// Makes ^C cancel `cancellation`, for good: the process has one at a time and keeps it.
    static func cancels(_ cancellation: Cancellation) {
        let kept = Unmanaged.passRetained(cancellation).toOpaque()
        cancelled.store(Int(bitPattern: kept), ordering: .releasing)
        if requested { cancellation.cancel() }
    }

    private static func catchSignal(_ number: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            if interruptions.add(1, ordering: .relaxed).oldValue > 0 {
                _exit(ExitStatus.interrupted.rawValue)
            }
            // An atomic operation and a write(2): both are safe in a signal handler.
            if let kept = UnsafeRawPointer(bitPattern: cancelled.load(ordering: .acquiring)) {
                Unmanaged<Cancellation>.fromOpaque(kept).takeUnretainedValue().cancel()
            }
            // A read that waits for a silent pipe on standard input is tried again and finds the
            // end, so that what was seen can be told. dup2 is safe in a signal handler.
            let empty = emptyInput.load(ordering: .relaxed)
            if empty >= 0 { dup2(empty, STDIN_FILENO) }
        }
        // Without SA_RESTART the read returns instead of waiting on.
        action.sa_flags = 0
        sigaction(number, &action, nil)
        // Programs that start us from a thread may leave it blocked.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, number)
        sigprocmask(SIG_UNBLOCK, &blocked, nil)
    }
}
