import Dissection
public import PacketCapture

/// Captures from an interface and analyses on the way; packets can be saved as they come.
public struct LiveRun: ~Copyable {
    /// What is to be captured, and until when.
    public struct Wish: Sendable {
        public var interface: String
        /// pcap-filter(7); `nil` wants everything.
        public var filter: String?
        public var duration: Duration
        public var packets: Int?
        /// A new file that gets the packets.
        public var file: String?
        /// Whether the flows are to be listed; without, memory stays small.
        public var keepsFlows: Bool

        public init(
            interface: String, filter: String?, duration: Duration, packets: Int?, file: String?,
            keepsFlows: Bool
        ) {
            self.interface = interface
            self.filter = filter
            self.duration = duration
            self.packets = packets
            self.file = file
            self.keepsFlows = keepsFlows
        }
    }

    /// Why nothing was captured.
    public enum Fault: Error {
        case capture(LiveCaptureError)
        case writing(CaptureWriteError)
    }

    /// What came of it.
    public struct Outcome: Sendable {
        public var capture: CaptureRun
        public var end: LiveEnd
        /// Why saving ended early; the capture ended with it.
        public var writeError: CaptureWriteError?
        /// Packets in the file, `nil` when none was wanted.
        public var savedPackets: Int?
    }

    public var link: String { source.link.name }
    /// The user who called sudo, whom this process has become.
    public let user: UInt32?
    private let wish: Wish
    private var source: LiveCapture
    private var writer: CaptureWriter?

    /// Opens the interface, gives up root's rights when they came by sudo, creates the file.
    public init(_ wish: Wish, environment: [String: String]) throws(Fault) {
        let source = try Self.open(wish)
        // Before the file: it is to belong to the caller, who must be allowed to write there.
        let user = try Self.dropRights(environment)
        let writer = try Self.create(wish.file, link: source.link)
        self.wish = wish
        self.source = source
        self.user = user
        self.writer = writer
    }

    private static func open(_ wish: Wish) throws(Fault) -> LiveCapture {
        do throws(LiveCaptureError) {
            var source = try LiveCapture(interface: wish.interface)
            if let filter = wish.filter { try source.keepOnly(filter) }
            return source
        } catch {
            throw .capture(error)
        }
    }

    private static func dropRights(_ environment: [String: String]) throws(Fault) -> UInt32? {
        do {
            return try CaptureRights.dropToCaller(environment)
        } catch {
            throw .capture(error)
        }
    }

    private static func create(
        _ path: String?, link: LinkType
    ) throws(Fault) -> CaptureWriter? {
        guard let path else { return nil }
        do {
            return try CaptureWriter(
                path: path, link: link, snapLength: Int(LiveCapture.snapLength))
        } catch {
            throw .writing(error)
        }
    }

    /// Captures until the first of: the time, the packets, a visitor that wants no more, a full
    /// disk, the interface's end.
    ///
    /// - Parameters:
    ///   - goOn: asked at least ten times a second, with the number of packets so far.
    ///   - wentDown: told when the interface reports trouble and is still there.
    public consuming func capture(
        goOn: @escaping (Int) -> Bool, wentDown: @escaping () -> Void
    ) -> Outcome {
        // With a file, packet numbers are to be looked up there.
        var visitor = LiveAnalysis(
            name: wish.file ?? wish.interface, keepsFlows: wish.keepsFlows, writer: writer.take(),
            limit: wish.packets,
            goOn: goOn, wentDown: wentDown)
        let end = source.forEachPacket(until: .now + wish.duration, &visitor)
        return visitor.finish(end, link: source.link.name, dropped: source.droppedPackets ?? 0)
    }
}
