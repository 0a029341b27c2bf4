import Dissection

/// Comments and names (draft-ietf-opsawg-pcapng §3.5, §4.5).
extension PcapngDecoder {
    /// opt_comment: UTF-8, any number of them.
    func forEachComment(_ chunk: RawSpan, _ options: Range<Int>, _ body: (String) -> Void) {
        var offset = options.lowerBound
        // A handful is usual; the bound keeps a hostile block from costing more.
        for _ in 0..<64 where options.upperBound - offset >= 4 {
            let code = order.uint16(chunk, at: offset)
            let length = Int(order.uint16(chunk, at: offset + 2))
            guard code != 0, length <= options.upperBound - offset - 4 else { return }
            if code == 1, length > 0 {
                let end = offset + 4 + min(length, CaptureNotes.longestComment)
                body(chunk.text(offset + 4..<end))
            }
            offset += 4 + (length + 3) & ~3
        }
    }

    /// Record type (2), length (2), address, names that end with a zero (§4.5).
    mutating func readNames(_ chunk: RawSpan, _ block: Range<Int>) {
        var offset = block.lowerBound + 8
        let end = block.upperBound - 4
        while end - offset >= 4, facts.notes.names.count < CaptureNotes.nameLimit {
            let type = order.uint16(chunk, at: offset)
            let length = Int(order.uint16(chunk, at: offset + 2))
            guard type != 0, length <= end - offset - 4 else { return }
            readName(chunk, offset + 4..<offset + 4 + length, isIPv4: type == 1, type)
            offset += 4 + (length + 3) & ~3
        }
    }

    private mutating func readName(
        _ chunk: RawSpan, _ range: Range<Int>, isIPv4: Bool, _ type: UInt16
    ) {
        let size = isIPv4 ? 4 : 16
        guard type == 1 || type == 2, range.count > size else { return }
        // Addresses stand in network order, whatever the section's.
        let start = range.lowerBound
        let address =
            isIPv4
            ? IPAddress(ipv4: chunk.uint32(at: start))
            : IPAddress(high: chunk.uint64(at: start), low: chunk.uint64(at: start + 8))
        let bytes = chunk.array(start + size..<min(range.upperBound, start + size + 255))
        let name = bytes.prefix { $0 != 0 }
        if !name.isEmpty { facts.notes.add(String(decoding: name, as: UTF8.self), of: address) }
    }
}
