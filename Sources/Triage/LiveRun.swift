public import Casebook
import Dissection
public import PacketCapture
public import TrafficAnalysis

/// Captures from an interface and analyses on the way; packets can be saved as they come.
public struct LiveRun: ~Copyable {
    /// What is to be captured, and until when.
    public struct Wish: Sendable {
        public var interface: String
        /// pcap-filter(7); `nil` wants everything.
        public var filter: String?
        public var duration = Duration.seconds(3600)
        public var packets: Int?
        /// A new file that gets the packets.
        public var file: String?
        /// A ring of files in the place of one; needs `file`.
        public var ring: CaptureRing.Bounds?
        public var promiscuous = false
        /// Bytes that this process may take; the capture ends there and says so.
        public var memory = Self.usualMemory
        /// What the report is to list; without, memory stays small.
        public var needs = CaptureNeeds()
        /// How many flows the report lists by trouble.
        public var digests = 0
        /// Who root's rights are left to; `nil` keeps them, for a process that needs them again.
        public var heir: CaptureRights.Heir? = .caller

        /// A capture runs beside the service that is in trouble.
        public static let usualMemory = 1 << 30

        public init(interface: String, filter: String? = nil) {
            self.interface = interface
            self.filter = filter
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
        /// Packets that were saved, `nil` when none were wanted.
        public var savedPackets: Int?
        /// The files that hold packets, oldest first.
        public var files: [CaptureRing.Saved]
    }

    public var link: String { source.link.name }
    /// The user who called sudo or was named, whom this process has become.
    public let user: UInt32?
    private let wish: Wish
    private var source: LiveCapture
    private var ring: CaptureRing?

    /// Opens the interface, gives up root's rights, creates the file.
    public init(_ wish: Wish, environment: [String: String]) throws(Fault) {
        let source = try Self.open(wish)
        // Before the file: it is to belong to the heir, who must be allowed to write there.
        let user = try Self.dropRights(wish, environment)
        let ring = try Self.create(wish, link: source.link)
        self.user = user
        self.ring = ring
        self.wish = wish
        self.source = source
    }

    private static func open(_ wish: Wish) throws(Fault) -> LiveCapture {
        do throws(LiveCaptureError) {
            var source = try LiveCapture(
                interface: wish.interface, promiscuous: wish.promiscuous)
            if let filter = wish.filter { try source.keepOnly(filter) }
            return source
        } catch {
            throw .capture(error)
        }
    }

    private static func dropRights(
        _ wish: Wish, _ environment: [String: String]
    ) throws(Fault) -> UInt32? {
        guard let heir = wish.heir else { return nil }
        do {
            return try CaptureRights.drop(
                to: heir, mayCreateFiles: wish.file != nil, environment)
        } catch {
            throw .capture(error)
        }
    }

    private static func create(
        _ wish: Wish, link: LinkType
    ) throws(Fault) -> CaptureRing? {
        guard let path = wish.file else { return nil }
        do {
            return try CaptureRing(
                path: path, bounds: wish.ring, link: link,
                snapLength: Int(LiveCapture.snapLength))
        } catch {
            throw .writing(error)
        }
    }

    /// Captures until the first of: the time, the packets, a visitor that wants no more, a full
    /// disk, the memory, the interface's end.
    ///
    /// - Parameter watcher: asked at least ten times a second, and told what happens.
    public consuming func capture(_ watcher: LiveWatcher) -> Outcome {
        var visitor = LiveAnalysis(wish, ring: ring.take(), watcher)
        let end = source.forEachPacket(until: .now + wish.duration, &visitor)
        return visitor.finish(end, link: source.link.name, dropped: source.droppedPackets ?? 0)
    }
}

/// Somebody who looks on while packets are captured.
public struct LiveWatcher {
    /// Asked at least ten times a second, with the number of packets so far; `false` ends it.
    public var goOn: (Int) -> Bool
    /// The interface reports trouble and is still there.
    public var wentDown: () -> Void = {}
    /// Gets each finding that arises, grows or goes; `nil` when nobody wants to know.
    public var found: ((Evidence) -> Void)?
    /// Gets what there is so far, some times a second; `nil` when nobody wants to know.
    public var glimpse: ((CaptureGlimpse) -> Void)?

    public init(goOn: @escaping (Int) -> Bool) { self.goOn = goOn }
}
