internal import Glibc

/// Ends a `Terminal.wait` from any thread.
public struct Waker: Sendable {
    static let letter = UInt8(ascii: "k")
    let descriptor: Int32

    /// A full pipe wakes as well as one more byte does.
    public func wake() {
        var letter = Self.letter
        _ = unsafe write(descriptor, &letter, 1)
    }
}
