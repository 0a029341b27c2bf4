internal import Synchronization

/// Lets threads begin together: each arrives, each waits until all have.
final class StartingLine: Sendable {
    private let missing: Mutex<Int>

    init(_ count: Int) { missing = Mutex(count) }

    func arrive() { missing.withLock { $0 -= 1 } }

    /// Returns when all have arrived, at the deadline and when cancelled.
    func wait(until deadline: Deadline, _ cancellation: Cancellation) {
        while missing.withLock({ $0 > 0 }), !deadline.hasPassed {
            guard (try? sleep(until: deadline.within(seconds: 0.001), cancellation)) != nil else {
                return
            }
        }
    }
}
