import Foundation

/// Blocking work beside the pool of Swift's concurrency, which has only as many threads as cores.
func onThread<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
        Thread { continuation.resume(returning: body()) }.start()
    }
}
