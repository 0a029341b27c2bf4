internal import Glibc

/// Runs `body` on a thread of its own and waits for it.
///
/// A thread that entered another namespace stays there, so it is never one that others use.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Observed<Value> {
    let work = ThreadWork(body)
    var thread = pthread_t()
    let pointer = unsafe Unmanaged.passRetained(work as AnyThreadWork).toOpaque()
    let code = unsafe pthread_create(
        &thread, nil,
        { argument in
            unsafe Unmanaged<AnyThreadWork>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, pointer)
    guard code == 0 else {
        unsafe Unmanaged<AnyThreadWork>.fromOpaque(pointer).release()
        return .unknown(Obstacle(errno: code, "a thread"))
    }
    pthread_join(thread, nil)
    guard let value = work.value else { return .unknown(Obstacle(.failed, "a thread")) }
    return .known(value)
}

private class AnyThreadWork {
    func run() {}
}

/// Written by the new thread, read by the old one after `pthread_join`: never by both at once.
private final class ThreadWork<Value: Sendable>: AnyThreadWork {
    private let body: @Sendable () -> Value
    private(set) var value: Value?

    init(_ body: @escaping @Sendable () -> Value) { self.body = body }

    override func run() { value = body() }
}
