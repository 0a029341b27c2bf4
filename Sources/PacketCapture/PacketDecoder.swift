import Dissection

/// Finds the packets in a capture's bytes, which come in chunks that cut them anywhere.
protocol PacketDecoder {
    var facts: CaptureFacts { get }
    /// Nothing more will be read: the visitor wanted no more, or the bytes make no sense.
    var isDone: Bool { get }

    /// Visits the packets that lie whole in `chunk` and returns how many bytes it is done with.
    ///
    /// The rest must come again at the front of the next chunk.
    mutating func consume(_ chunk: RawSpan, _ visit: (PacketRecord, RawSpan) -> Bool) -> Int

    /// Goes on behind the packet after which the visitor wanted no more.
    mutating func resume()

    /// The file has ended; `rest` are the bytes that no packet was found in.
    mutating func end(_ rest: RawSpan)
}

/// libpcap's MAXIMUM_SNAPLEN: a record that says it holds more is damaged, whatever the header
/// says.
let maximumCapturedLength = 262_144

/// Numbers in the order of the machine that wrote the file.
struct ByteOrder: Equatable {
    var isBig: Bool

    @inline(__always)
    func uint16(_ bytes: RawSpan, at offset: Int) -> UInt16 {
        let value = bytes.uint16(at: offset)
        return isBig ? value : value.byteSwapped
    }

    @inline(__always)
    func uint32(_ bytes: RawSpan, at offset: Int) -> UInt32 {
        let value = bytes.uint32(at: offset)
        return isBig ? value : value.byteSwapped
    }

    /// Two numbers of four bytes, one after the other, by one load.
    @inline(__always)
    func pair(_ bytes: RawSpan, at offset: Int) -> (UInt32, UInt32) {
        let word = bytes.uint64(at: offset)
        let first = UInt32(truncatingIfNeeded: word >> 32)
        let second = UInt32(truncatingIfNeeded: word)
        return isBig ? (first, second) : (first.byteSwapped, second.byteSwapped)
    }

    @inline(__always)
    func uint64(_ bytes: RawSpan, at offset: Int) -> UInt64 {
        let value = bytes.uint64(at: offset)
        return isBig ? value : value.byteSwapped
    }
}

/// The clause for a file that ends where it should not.
func endsInside(_ what: String, have: Int, needed: Int) -> String {
    "the file ends inside \(what) (\(have) of \(needed) bytes)"
}
