internal import Synchronization

/// Ends every wait of the probes that hold it, once and for good.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    private let signal: Signal

    public init() {
        guard let signal = Signal() else { preconditionFailure("pipe: no descriptor left") }
        self.signal = signal
    }

    /// Readable once cancelled; part of every poll.
    var descriptor: Int32 { signal.descriptor }

    public var isCancelled: Bool { flag.load(ordering: .acquiring) }

    /// Only an atomic operation and write(2), so a signal handler may call it.
    public func cancel() {
        if !flag.exchange(true, ordering: .acquiringAndReleasing) { signal.raise() }
    }
}
