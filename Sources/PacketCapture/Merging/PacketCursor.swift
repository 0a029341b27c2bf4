import Dissection

/// Reads a capture packet by packet when it is asked to, for those who read several at a time.
struct PacketCursor: ~Copyable {
    private var reader: CaptureReader
    private var decoder: any PacketDecoder
    private var readError: CaptureError?
    private var isOver = false

    init(path: String) throws(CaptureError) {
        reader = try CaptureReader(path: path)
        switch reader.format {
        case .pcap(let header): decoder = PcapDecoder(header)
        default: decoder = PcapngDecoder()
        }
    }

    /// Shows the next packet, valid during the call.
    ///
    /// - Returns: `false` when there is none.
    mutating func next(_ visit: (PacketRecord, RawSpan) -> Void) -> Bool {
        while !isOver {
            var hasOne = false
            let used = reader.show(&decoder) { record, bytes in
                visit(record, bytes)
                hasOne = true
                return false
            }
            reader.use(used)
            if hasOne {
                decoder.resume()
                return true
            }
            isOver = decoder.isDone || !fill()
        }
        return false
    }

    private mutating func fill() -> Bool {
        do throws(CaptureError) {
            if try reader.readMore() > 0 { return true }
        } catch {
            readError = error
        }
        reader.showEnd(&decoder)
        return false
    }

    /// What was learnt of the file.
    ///
    /// - Throws: `noPacketReadable` or `io` when that is nothing.
    func facts() throws(CaptureError) -> CaptureFacts {
        try reader.judged(decoder.facts, readError)
    }
}

extension CaptureReader {
    /// Shows a decoder the unread bytes.
    ///
    /// - Returns: how many it used.
    fileprivate func show(
        _ decoder: inout any PacketDecoder, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Int {
        unsafe decoder.consume(
            buffer.span.bytes.extracting(unread), expecting: { _, _ in false }, visit)
    }

    fileprivate func showEnd(_ decoder: inout any PacketDecoder) {
        unsafe decoder.end(buffer.span.bytes.extracting(unread))
    }
}
