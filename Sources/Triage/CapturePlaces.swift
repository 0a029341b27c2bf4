import PacketCapture

/// The interfaces of this host, and whether this process may listen there.
public struct CapturePlaces: Hashable, Sendable {
    public struct Interface: Hashable, Sendable {
        public var name: String
        public var isUp: Bool
        public var isLoopback: Bool

        public init(name: String, isUp: Bool, isLoopback: Bool) {
            self.name = name
            self.isUp = isUp
            self.isLoopback = isLoopback
        }
    }

    /// Those that carry packets of a network, the most useful first.
    public var interfaces: [Interface]
    public var mayCapture: Bool

    public init(interfaces: [Interface], mayCapture: Bool) {
        self.interfaces = interfaces
        self.mayCapture = mayCapture
    }

    public static func look() -> CapturePlaces {
        CapturePlaces(
            interfaces: CaptureInterface.all().filter(\.isNetwork).map {
                Interface(name: $0.name, isUp: $0.isUp, isLoopback: $0.isLoopback)
            },
            mayCapture: CaptureRights.mayCapture)
    }
}
