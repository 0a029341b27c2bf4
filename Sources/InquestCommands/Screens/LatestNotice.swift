import Glibc
import Synchronization

/// Passes on the newest of many notices, ten times a second: as often as a person can read one.
final class LatestNotice: Sendable {
    private struct State {
        var waiting: String?
        var isOver = false
    }

    private static let microsecondsBetween: UInt32 = 100_000
    private let state = Mutex(State())

    /// - Parameter tell: called on a thread of its own until `end`.
    init(_ tell: @escaping @Sendable (String) -> Void) {
        Background.run {
            while let waiting = self.next() {
                if let waiting { tell(waiting) }
                usleep(Self.microsecondsBetween)
            }
        }
    }

    func put(_ notice: String) { state.withLock { $0.waiting = notice } }

    func end() { state.withLock { $0.isOver = true } }

    /// - Returns: `nil` when it is over, else what there is to tell.
    private func next() -> String?? {
        state.withLock { state in
            defer { state.waiting = nil }
            return state.isOver ? nil : .some(state.waiting)
        }
    }
}
