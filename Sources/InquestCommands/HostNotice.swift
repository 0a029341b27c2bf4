import Logging
import Triage

/// Says on standard error that somebody has to wait.
enum HostNotice {
    /// Shorter waits need no word, in seconds.
    private static let patience = 3.0

    static func tell(_ wish: HostRun.Wish) {
        guard let seconds = wish.watch, seconds >= patience else { return }
        let logger = Logger(label: "inquest.host")
        logger.notice("looking twice, \(Figures.number(seconds)) s apart; ^C ends the wait")
    }
}
