import Glibc
import NcursesTerminal
import Synchronization
import TriageTUI

/// Blocking work, each piece on a thread of its own: the screens never wait for it.
enum Background {
    private final class Work {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body() }
                return nil
            }, work.toOpaque())
        if code == 0 {
            pthread_detach(thread)
        } else {
            // No thread to be had: late is better than never.
            work.takeRetainedValue().body()
        }
    }
}

/// The one way from other threads to the screens.
final class Mailbox: Sendable {
    private let messages = Mutex<[Message]>([])
    private let waker: Waker

    init(waker: Waker) { self.waker = waker }

    func post(_ message: Message) {
        messages.withLock { $0.append(message) }
        waker.wake()
    }

    func take() -> [Message] {
        messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

/// Whether somebody no longer wants the result.
final class Cancelled: Sendable {
    private let flag = Atomic<Bool>(false)
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() {
        flag.store(true, ordering: .releasing)
        listener.withLock { $0?() }
    }

    /// Called at once if it is set already, and may be called twice.
    func onSet(_ action: @escaping @Sendable () -> Void) {
        listener.withLock { $0 = action }
        if isSet { action() }
    }
}
