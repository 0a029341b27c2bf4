public import Dissection

/// Finds the packets in a capture's bytes, which come in chunks that cut them anywhere.
protocol PacketDecoder {
    var facts: CaptureFacts { get }
    /// Nothing more will be read: the visitor wanted no more, or the bytes make no sense.
    var isDone: Bool { get }

    /// Visits the packets that lie whole in `chunk` and returns how many bytes it is done with.
    ///
    /// The rest must come again at the front of the next chunk.
    ///
    /// - Parameter expect: shown packets some time before they are visited; see `Foresight`.
    mutating func consume(
        _ chunk: RawSpan, expecting expect: Expectation, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Int

    var foresight: Foresight { get set }

    /// The packet whose record begins at `offset`; `nil` where there is none, or where what stands
    /// before it has to be read first.
    func foresee(_ chunk: RawSpan, at offset: Int) -> Foreseen?

    /// Goes on behind the packet after which the visitor wanted no more.
    mutating func resume()

    /// The file has ended; `rest` are the bytes that no packet was found in.
    mutating func end(_ rest: RawSpan)
}

/// Shown a packet that is going to be visited soon; says whether it wants to see more.
public typealias Expectation = (LinkType, RawSpan) -> Bool

/// Where a packet is, and where the record behind it begins.
struct Foreseen {
    var link: LinkType
    var packet: Range<Int>
    var next: Int
}

/// How far packets were shown to somebody before they are visited.
struct Foresight {
    /// Visits between a packet's showing and its own.
    static let distance = 3
    /// Who wanted no more is asked again after so many visits.
    static let pause = 1024

    /// Of the next record to be shown, in the chunk.
    fileprivate var offset = 0
    /// How many were shown that are still to be visited.
    fileprivate var ahead = 0
    fileprivate var rest = 0

    /// A new chunk: what was shown and not yet visited is shown again.
    mutating func begin() {
        offset = 0
        ahead = 0
    }
}

extension PacketDecoder {
    /// Before the visit of the record at `offset`: shows packets that come soon.
    @inline(__always)
    mutating func foretell(_ chunk: RawSpan, from offset: Int, _ expect: Expectation) {
        if foresight.rest > 0 {
            foresight.rest -= 1
        } else {
            foretellSome(chunk, from: offset, expect)
        }
    }

    @inline(never)
    private mutating func foretellSome(
        _ chunk: RawSpan, from offset: Int, _ expect: Expectation
    ) {
        foresight.ahead -= 1
        if foresight.offset <= offset {
            foresight.offset = offset
            foresight.ahead = 0
        }
        while foresight.ahead < Foresight.distance,
            let soon = foresee(chunk, at: foresight.offset)
        {
            foresight.offset = soon.next
            foresight.ahead += 1
            if !expect(soon.link, chunk.extracting(soon.packet)) {
                foresight.rest = Foresight.pause
                return
            }
        }
    }
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
        // The bytes from the last to the first: what the first number is then stands low, in either
        // order.
        let word = bytes.uint64(at: offset).byteSwapped
        let first = UInt32(truncatingIfNeeded: word)
        let second = UInt32(truncatingIfNeeded: word >> 32)
        return isBig ? (first.byteSwapped, second.byteSwapped) : (first, second)
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
