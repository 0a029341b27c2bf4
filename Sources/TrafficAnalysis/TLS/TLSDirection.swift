/// Where one side's byte stream stands between TLS records. Part of every flow's hot record.
struct TLSDirection {
    /// The sequence number that the next unread stream byte has.
    var expected: UInt32 = 0
    /// Bytes of the current record that are still to come.
    var remaining: UInt32 = 0
    /// Index of the reassembly buffer in `StreamPool`, or -1.
    var stream: Int32 = -1
    /// The first bytes, at most four, of a record header that a segment's end cut, lowest first.
    var headerBytes: UInt32 = 0
    /// Length and content type of the last record that began, 0 before the first.
    var lastLength: UInt16 = 0
    var lastType: UInt8 = 0
    var headerCount: UInt8 = 0
    var state = State.unknown
    /// Records of type 23 so far, saturating at 255; in state `unknown`: whether plain was read.
    var applicationRecords: UInt8 = 0
    /// Description of the last alert in clear, 255 = none.
    var lastAlert: UInt8 = 255
    /// The first encrypted record is the client's Finished (TLS 1.3), no request.
    var firstIsFinished = false
    /// The record being read is an SSL 2 hello.
    var isSSLv2 = false

    enum State: UInt8 {
        /// No payload, or none that looks like TLS.
        case unknown
        /// Handshake messages in clear.
        case clear
        /// Encrypted: only record boundaries are followed.
        case opaque
        /// Bytes are missing; waits for a segment that begins with a record.
        case lost
    }
}

/// What is assembled of a side's handshake: pooled, because only flows in handshake need it.
struct HandshakeStream {
    /// The unfinished message, header included.
    var pending: [UInt8] = []
    /// The packet in which `pending` begins.
    var firstPacket: UInt32 = 0
    /// Bytes of a message of no interest that are still to be skipped.
    var skip = 0
    /// Segments ahead of the stream, and how many bytes they hold.
    var ahead: [Ahead] = []
    var aheadBytes = 0

    typealias Ahead = (sequence: UInt32, bytes: [UInt8], packet: UInt32, time: Int64)

    /// A ClientHello is at most 2^14 bytes a record in practice; four of them are generous.
    static let byteLimit = 64 << 10
    static let segmentLimit = 64

    mutating func clear() {
        pending.removeAll(keepingCapacity: true)
        skip = 0
        ahead.removeAll()
        aheadBytes = 0
    }
}

/// Reassembly buffers, given back as soon as a side turns to encrypted records.
struct StreamPool {
    var streams: [HandshakeStream] = []
    private var free: [Int32] = []

    mutating func take() -> Int32 {
        if let index = free.popLast() { return index }
        streams.append(HandshakeStream())
        return Int32(streams.count - 1)
    }

    mutating func giveBack(_ index: inout Int32) {
        if index < 0 { return }
        streams[Int(index)].clear()
        free.append(index)
        index = -1
    }
}
