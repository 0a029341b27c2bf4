import Glibc
import Synchronization

/// How often ^C was pressed. The first lets the work end early and report what it has; the second
/// ends the process at once.
private let interruptions = Atomic<Int>(0)

enum Interrupt {
    static var requested: Bool { interruptions.load(ordering: .relaxed) > 0 }

    static func install() {
        // The first use initialises the counter here and not inside the signal handler.
        interruptions.store(0, ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            if interruptions.add(1, ordering: .relaxed).oldValue > 0 {
                _exit(ExitStatus.interrupted.rawValue)
            }
        }
        // Without SA_RESTART a read from a silent pipe returns, and the loop above it can end.
        action.sa_flags = 0
        sigaction(SIGINT, &action, nil)
        // A reader that went away (`| head`) ends us quietly, whatever our parent had chosen.
        signal(SIGPIPE, SIG_DFL)
    }
}
