internal import Glibc

/// Becomes readable once, for good: a pipe with a byte in it, so that poll(2) can wait for it.
struct Signal: ~Copyable {
    private let reading: Descriptor
    private let writing: Descriptor

    /// `nil` when the host gives no more descriptors.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return nil }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    /// For poll(2) with POLLIN.
    var descriptor: Int32 { reading.number }

    /// Only write(2), so a signal handler may call it.
    borrowing func raise() {
        var byte: UInt8 = 1
        unsafe _ = write(writing.number, &byte, 1)
    }
}
