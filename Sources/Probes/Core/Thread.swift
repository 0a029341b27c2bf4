internal import Glibc

/// A POSIX thread with a small stack, for blocking work; joined or left to end by itself.
struct Thread: ~Copyable {
    /// Enough for getaddrinfo(3) with its modules and for a TLS handshake; pages not touched cost
    /// nothing.
    private static let stackBytes = 512 * 1024

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let handle: pthread_t

    /// `nil` when the host gives no more threads (`EAGAIN`).
    init?(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, Self.stackBytes)
        let work = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failed = unsafe pthread_create(
            &thread, &attributes,
            { raw in
                let work = unsafe Unmanaged<Work>.fromOpaque(raw!).takeRetainedValue()
                work.body()
                return nil
            }, work.toOpaque())
        guard failed == 0 else {
            unsafe work.release()
            return nil
        }
        handle = thread
    }

    consuming func join() { pthread_join(handle, nil) }

    /// Its memory is given back when it ends.
    consuming func detach() { pthread_detach(handle) }
}

/// Runs `body` for 0..<count, each on a thread of its own, and returns the results in order.
/// What could not get a thread runs on the caller's.
func parallel<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> T) -> [T] {
    let results = Results<T>(count)
    runInParallel(count, from: 0) { results.set($0, body($0)) }
    return results.all
}

/// One frame a thread: `Thread` cannot be stored in an array.
private func runInParallel(_ count: Int, from index: Int, _ body: @escaping @Sendable (Int) -> Void)
{
    guard index < count else { return }
    guard let thread = Thread({ body(index) }) else {
        body(index)
        return runInParallel(count, from: index + 1, body)
    }
    runInParallel(count, from: index + 1, body)
    thread.join()
}
