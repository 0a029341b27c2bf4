/// Composes frames, with all checksums, as records of a capture file.
struct FrameWriter: ~Copyable {
    private let format: RecordFormat
    private let pool: RandomPool
    private var buffer = FrameBuffer(capacity: 1 << 20)
    /// Frames and bytes of the file so far: a check on what the truth adds up to.
    private(set) var frames = 0
    private(set) var fileBytes = 0

    init(file: FileFormat, pool: RandomPool) {
        format = RecordFormat(file: file)
        self.pool = pool
        let header = format.fileHeader
        buffer.copy(header, 0..<header.count, at: buffer.reserve(header.count))
        fileBytes = header.count
    }

    mutating func write(
        _ segment: PlannedSegment, of flow: PlannedFlow,
        to sink: inout (some ByteSink & ~Copyable)
    ) throws {
        let layout = FrameLayout(flow.connection, segment)
        if !buffer.fits(layout.length + RecordFormat.longestOverhead) {
            try buffer.drain(into: &sink)
        }
        let before = buffer.count
        let head = buffer.reserve(format.headLength)
        let start = buffer.reserve(layout.length)
        compose(segment, of: flow, layout, at: start)
        let captured = min(layout.length, format.file.snapLength)
        buffer.drop(layout.length - captured)
        format.putHead(
            &buffer, at: head, time: segment.time, captured: captured, length: layout.length)
        format.putTail(&buffer, captured: captured)
        fileBytes += buffer.count - before
        frames += 1
    }

    /// Writes out what is left.
    mutating func finish(_ sink: inout (some ByteSink & ~Copyable)) throws {
        try buffer.drain(into: &sink)
    }

    private mutating func compose(
        _ segment: PlannedSegment, of flow: PlannedFlow, _ layout: FrameLayout, at start: Int
    ) {
        let connection = flow.connection
        let network = start + layout.linkLength
        let transport = network + layout.networkLength
        let payload = transport + 20 + layout.optionsLength
        let end = start + layout.length - layout.padding
        putLink(connection, layout, at: start)
        putTransport(segment, connection, layout, at: transport)
        putPayload(segment, of: flow, at: payload)
        buffer.putZeros(layout.padding, at: end)
        let addresses =
            connection.isIPv6
            ? putIPv6(segment, connection, layout, at: network, length: end - transport)
            : putIPv4(segment, connection, layout, at: network, length: end - network)
        let pseudoHeader = addresses &+ 6 &+ UInt64(end - transport)
        buffer.put(
            buffer.checksum(transport..<end, from: pseudoHeader), at: transport + 16)
    }

    private mutating func putLink(
        _ connection: Connection, _ layout: FrameLayout, at start: Int
    ) {
        buffer.put(UInt16(layout.destination.value >> 32), at: start)
        buffer.put(UInt32(truncatingIfNeeded: layout.destination.value), at: start + 2)
        buffer.put(UInt16(layout.source.value >> 32), at: start + 6)
        buffer.put(UInt32(truncatingIfNeeded: layout.source.value), at: start + 8)
        var offset = start + 12
        for (index, tag) in connection.vlan.enumerated() {
            let isService = index + 1 < connection.vlan.count
            buffer.put(UInt16(isService ? 0x88A8 : 0x8100), at: offset)
            buffer.put(tag, at: offset + 2)
            offset += 4
        }
        buffer.put(UInt16(connection.isIPv6 ? 0x86DD : 0x0800), at: offset)
    }

    /// Returns the sum of the address words, for TCP's pseudo header.
    private mutating func putIPv4(
        _ segment: PlannedSegment, _ connection: Connection, _ layout: FrameLayout,
        at start: Int, length: Int
    ) -> UInt64 {
        guard case .ipv4(let client) = connection.client,
            case .ipv4(let server) = connection.serverAddress
        else { return 0 }
        let fromClient = segment.sender == .client
        buffer.put(UInt16(0x4500), at: start)
        buffer.put(UInt16(length), at: start + 2)
        buffer.put(segment.identification, at: start + 4)
        buffer.put(UInt16(0x4000), at: start + 6)  // do not fragment
        buffer.put(layout.timeToLive, at: start + 8)
        buffer.put(UInt8(6), at: start + 9)
        buffer.put(UInt16(0), at: start + 10)
        buffer.put(fromClient ? client : server, at: start + 12)
        buffer.put(fromClient ? server : client, at: start + 16)
        buffer.put(buffer.checksum(start..<start + 20), at: start + 10)
        return words(UInt64(client)) &+ words(UInt64(server))
    }

    private mutating func putIPv6(
        _ segment: PlannedSegment, _ connection: Connection, _ layout: FrameLayout,
        at start: Int, length: Int
    ) -> UInt64 {
        guard case .ipv6(let clientHigh, let clientLow) = connection.client,
            case .ipv6(let serverHigh, let serverLow) = connection.serverAddress
        else { return 0 }
        let fromClient = segment.sender == .client
        buffer.put(UInt32(0x6000_0000) | UInt32(connection.number & 0xF_FFFF), at: start)
        buffer.put(UInt16(length), at: start + 4)
        buffer.put(UInt8(6), at: start + 6)
        buffer.put(layout.timeToLive, at: start + 7)
        buffer.put(fromClient ? clientHigh : serverHigh, at: start + 8)
        buffer.put(fromClient ? clientLow : serverLow, at: start + 16)
        buffer.put(fromClient ? serverHigh : clientHigh, at: start + 24)
        buffer.put(fromClient ? serverLow : clientLow, at: start + 32)
        return words(clientHigh) &+ words(clientLow) &+ words(serverHigh) &+ words(serverLow)
    }

    private func words(_ value: UInt64) -> UInt64 {
        (value >> 48) &+ (value >> 32 & 0xFFFF) &+ (value >> 16 & 0xFFFF) &+ (value & 0xFFFF)
    }

    private mutating func putTransport(
        _ segment: PlannedSegment, _ connection: Connection, _ layout: FrameLayout, at start: Int
    ) {
        let fromClient = segment.sender == .client
        buffer.put(fromClient ? connection.clientPort : connection.serverPort, at: start)
        buffer.put(fromClient ? connection.serverPort : connection.clientPort, at: start + 2)
        buffer.put(segment.sequence, at: start + 4)
        buffer.put(segment.acknowledgement, at: start + 8)
        buffer.put(UInt8(((20 + layout.optionsLength) / 4) << 4), at: start + 12)
        buffer.put(segment.flags.rawValue, at: start + 13)
        buffer.put(segment.window, at: start + 14)
        buffer.put(UInt32(0), at: start + 16)  // checksum, urgent pointer
        var offset = start + 20
        if layout.optionsLength == 0 { return }
        if segment.flags.contains(.syn) {
            let size = 1500 - (connection.isIPv6 ? 60 : 40)
            buffer.put(UInt32(0x0204_0000) | UInt32(size), at: offset)
            buffer.put(UInt32(0x0103_0300) | UInt32(connection.windowScale), at: offset + 4)
            offset += 8
        }
        if connection.hasTimestamps {
            buffer.put(UInt32(0x0101_080A), at: offset)
            buffer.put(segment.timestampValue, at: offset + 4)
            buffer.put(segment.timestampEcho, at: offset + 8)
        }
    }

    private mutating func putPayload(
        _ segment: PlannedSegment, of flow: PlannedFlow, at start: Int
    ) {
        if segment.length == 0 { return }
        let position = Int(segment.streamOffset)
        let end = position + Int(segment.length)
        if segment.sender == .client {
            copy(flow.streams.client, position..<end, flow.connection, at: start)
        } else {
            copy(flow.streams.server, position..<end, flow.connection, at: start)
        }
    }

    private mutating func copy(
        _ stream: ByteStream, _ range: Range<Int>, _ connection: Connection, at start: Int
    ) {
        var (position, target) = (range.lowerBound, start)
        var index = stream.piece(at: position)
        while position < range.upperBound {
            let piece = stream.pieces[index]
            let end = min(range.upperBound, stream.end(ofPiece: index))
            let from = Int(piece.offset) + position - Int(piece.start)
            let part = from..<from + end - position
            switch piece.source {
            case .own: buffer.copy(stream.own, part, at: target)
            case .pool: buffer.copy(pool.bytes, part, at: target)
            case .certificates:
                buffer.copy(connection.server.certificates, part, at: target)
            }
            target += end - position
            position = end
            index += 1
        }
    }
}
