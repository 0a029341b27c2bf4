public import Casebook
import Dissection
public import PacketCapture
public import Redaction
public import TrafficAnalysis

/// The packets of the flows that findings cite, written with comments that name the findings.
public struct CaptureSlice: Sendable {
    /// What to write.
    public struct Wish: Sendable {
        public var path: String
        /// All packets, not only those of cited flows.
        public var isWhole: Bool
        /// `inquest 0.1.0`, for the file's header.
        public var program: String
        /// Decides what addresses and names become; `nil` leaves everything as it is.
        public var redaction: RedactionKey?

        public init(
            path: String, isWhole: Bool, program: String, redaction: RedactionKey? = nil
        ) {
            self.path = path
            self.isWhole = isWhole
            self.program = program
            self.redaction = redaction
        }
    }

    /// Why there is no file.
    public enum Fault: Error {
        case capture(CaptureError)
        case writing(CaptureWriteError)
        /// No finding cites a packet.
        case nothingCited
        /// Somebody stopped it.
        case stopped
    }

    /// What a slice has at most: enough for a person, little enough for a ticket.
    public static let packetLimit = 1_000_000
    public static let byteLimit = 1 << 30

    /// Packets in the file.
    public private(set) var packets = 0
    /// Cited flows of which it has all packets, unless it `isBounded`.
    public private(set) var flows = 0
    /// What is there besides.
    public let breadth: PickBreadth
    /// Findings that the slice by itself does not show as the capture does.
    public let missing: [FactID]
    /// A limit was reached: later packets are not in the file.
    public private(set) var isBounded = false
    /// Packets that could not be redacted and have no bytes in the file.
    public private(set) var emptied = 0
    private var bytes = 0

    /// - Parameters:
    ///   - evidence: of all `files`, as it was found by reading them; they are read again.
    ///   - goOn: asked after each packet with the file and its number.
    public init(
        _ evidence: [Evidence], of files: [String], _ wish: Wish, goOn: (String, Int) -> Bool
    ) throws(Fault) {
        var sections: [SliceSection] = []
        for file in files {
            // The name of a file can tell whose it is.
            let name = wish.redaction.map { _ in "capture \(sections.count + 1)" }
            let section = try SliceSection(
                evidence, file: file, name: name, isWhole: wish.isWhole, goOn)
            if !section.traffic.isEmpty || wish.isWhole { sections.append(section) }
        }
        if sections.isEmpty { throw .nothingCited }
        breadth = sections.map(\.breadth).max() ?? .cited
        missing = sections.flatMap(\.missing)
        flows = sections.reduce(0) { $0 + $1.traffic.flows.count }
        var writer = try Self.create(wish)
        for section in sections { try copy(section, wish, &writer, goOn) }
        do throws(CaptureWriteError) {
            try writer.finish()
        } catch {
            throw .writing(error)
        }
    }

    private static func create(_ wish: Wish) throws(Fault) -> PcapngWriter {
        do throws(CaptureWriteError) {
            return try PcapngWriter(path: wish.path, program: wish.program)
        } catch {
            throw .writing(error)
        }
    }

    private mutating func copy(
        _ section: SliceSection, _ wish: Wish, _ writer: inout PcapngWriter,
        _ goOn: (String, Int) -> Bool
    ) throws(Fault) {
        let redactor = try wish.redaction.map { key throws(Fault) in
            try section.prepared(PacketRedactor(key), goOn)
        }
        try begin(section, wish, &writer)
        var fault: Fault?
        try section.pick(goOn) { record, packet, comments in
            guard wish.isWhole || hasRoom(for: packet.byteCount) else { return false }
            do throws(CaptureWriteError) {
                if let redactor {
                    let redacted = redactor.redact(
                        packet, number: record.number, link: record.link,
                        wireLength: record.wireLength)
                    try writer.write(record, redacted.span.bytes, comments: comments)
                } else {
                    try writer.write(record, packet, comments: comments)
                }
            } catch {
                fault = .writing(error)
                return false
            }
            packets += 1
            bytes += packet.byteCount
            return true
        }
        emptied += redactor?.emptied ?? 0
        if let fault { throw fault }
    }

    private func begin(
        _ section: SliceSection, _ wish: Wish, _ writer: inout PcapngWriter
    ) throws(Fault) {
        do throws(CaptureWriteError) {
            try writer.beginSection(
                name: section.name, snapLength: section.snapLength,
                comments: [section.comment])
        } catch {
            throw .writing(error)
        }
    }

    private mutating func hasRoom(for count: Int) -> Bool {
        if packets >= Self.packetLimit || bytes + count > Self.byteLimit {
            isBounded = true
            return false
        }
        return true
    }
}
