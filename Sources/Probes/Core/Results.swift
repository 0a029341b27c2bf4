internal import Synchronization

/// Slots that threads fill, each its own.
final class Results<T: Sendable>: Sendable {
    private let slots: Mutex<[T?]>

    init(_ count: Int) { slots = Mutex(Array(repeating: nil, count: count)) }

    func set(_ index: Int, _ value: T) { slots.withLock { $0[index] = value } }

    var all: [T] { slots.withLock { $0.compactMap(\.self) } }
}
