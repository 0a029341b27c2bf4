import Dissection

/// Several captures as one, in the order of time: what `tcpdump -C` or a ring of files made of one.
///
/// A file is open only while its packets are due, so that many files one behind the other cost no
/// more than one. Numbers count through the merge; `origins` tells where each packet is from.
public struct MergedCapture: ~Copyable {
    /// A file whose packets are due or still to come.
    private final class Source {
        let index: Int
        let path: String
        /// `nil` while others are due: a file can be opened again, a pipe stays open.
        private var cursor: PacketCursor?
        var window = ReorderWindow()
        private(set) var first = Int64.max

        /// - Throws: when the file cannot be read, or has no packet.
        init(_ index: Int, _ path: String) throws(CaptureError) {
            self.index = index
            self.path = path
            cursor = try PacketCursor(path: path)
            let canBeOpenedAgain = InputFile.isRegular(path)
            _ = cursor?.next { record, bytes in window.add(record, bytes) }
            first = window.time
            if canBeOpenedAgain {
                if window.isEmpty { _ = try cursor?.facts() }
                cursor = nil
                window = ReorderWindow()
            }
        }

        /// Opens it again if it was closed, and fills the window.
        func fill() throws(CaptureError) {
            if cursor == nil { cursor = try PacketCursor(path: path) }
            while !window.isFull,
                cursor?.next({ record, bytes in window.add(record, bytes) }) == true
            {}
        }

        func facts() throws(CaptureError) -> CaptureFacts? { try cursor?.facts() }
    }

    public private(set) var origins: PacketOrigins
    private var coming: [Source] = []
    private var due: [Source] = []
    private var facts: CaptureFacts?
    private var number = 0

    /// Looks at the first packet of each; `-` is standard input.
    ///
    /// A file without a packet, as a ring has one now and then, is left out and said in the facts.
    public init(paths: [String]) throws(CaptureError) {
        origins = PacketOrigins(files: paths)
        for (index, path) in paths.enumerated() {
            do throws(CaptureError) {
                coming.append(try Source(index, path))
            } catch {
                switch error {
                case .empty: leaveOut(path, "it is empty")
                case .noPacketReadable(_, let reason): leaveOut(path, reason)
                default: throw error
                }
            }
        }
        if coming.isEmpty, let path = paths.first { throw .empty(path: path) }
        // The earliest last, from where it is taken.
        coming.sort { ($1.first, $1.index) < ($0.first, $0.index) }
    }

    private mutating func leaveOut(_ path: String, _ reason: String) {
        var facts = facts ?? CaptureFacts(format: "pcap")
        facts.stop("\(path) has no packet: \(reason)")
        self.facts = facts
    }

    /// Visits every packet in the order of time; as `CaptureReader.forEachPacket`, once.
    public mutating func forEachPacket(
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) throws(CaptureError) -> CaptureFacts {
        var goesOn = true
        while goesOn {
            let next = due.min { ($0.window.time, $0.index) < ($1.window.time, $1.index) }
            if let soon = coming.last, next == nil || soon.first <= next?.window.time ?? .max {
                coming.removeLast()
                try soon.fill()
                due.append(soon)
                continue
            }
            guard let next else { break }
            if next.window.isEmpty {
                try finish(next)
                continue
            }
            goesOn = hand(on: next, visit)
            try next.fill()
        }
        // A visitor that wants no more still learns what there was.
        for source in due { try finish(source) }
        return facts ?? CaptureFacts(format: "pcap")
    }

    private mutating func hand(
        on source: Source, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Bool {
        number += 1
        let merged = number
        let index = source.index
        var original = 0
        let goesOn = source.window.take { record, bytes in
            original = record.number
            var record = record
            record.number = merged
            return visit(record, bytes)
        }
        origins.note(merged, file: index, number: original)
        return goesOn
    }

    private mutating func finish(_ source: Source) throws(CaptureError) {
        due.removeAll { $0 === source }
        guard var added = try source.facts() else { return }
        added.reorderedPackets = source.window.reordered
        // Numbers of packets are those of the file.
        added.notes.packetComments = [:]
        added.latePackets = source.window.late
        if let reason = added.cutShortReason { added.cutShortReason = "\(source.path): \(reason)" }
        facts = facts.map { $0.merged(with: added) } ?? added
    }
}

extension CaptureFacts {
    fileprivate func merged(with other: CaptureFacts) -> CaptureFacts {
        var all = self
        // One of both is what the reader of the result can expect.
        all.format = packets == 0 ? other.format : format
        all.compression = packets == 0 ? other.compression : compression
        for link in other.linkTypes where !all.linkTypes.contains(link) {
            all.linkTypes.append(link)
        }
        all.snapLength = max(snapLength, other.snapLength)
        all.packets += other.packets
        all.bytes += other.bytes
        all.truncatedPackets += other.truncatedPackets
        all.packetsWithoutTime += other.packetsWithoutTime
        if let missed = other.missedPackets {
            all.missedPackets = (missedPackets ?? 0).addingReportingOverflow(missed).partialValue
        }
        all.cutShort = cutShort || other.cutShort
        all.cutShortReason = cutShortReason ?? other.cutShortReason
        for comment in other.notes.comments { all.notes.add(comment) }
        for (address, name) in other.notes.names { all.notes.add(name, of: address) }
        for oddity in other.damage { all.note(oddity) }
        all.nanoseconds = nanoseconds || other.nanoseconds
        all.sections += other.sections
        all.reorderedPackets += other.reorderedPackets
        all.latePackets += other.latePackets
        return all
    }
}
