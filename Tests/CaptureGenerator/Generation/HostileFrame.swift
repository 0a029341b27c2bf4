/// The bytes of one frame, its header fields given one by one; checksums are left out (0), as
/// offloading network cards leave them.
enum HostileFrame {
    static let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]

    static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        stride(from: T.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> T($0))
        }
    }

    struct TCP {
        var source: Address
        var destination: Address
        var sourcePort: UInt16
        var destinationPort: UInt16
        var flags: TCPFlags
        var sequence: UInt32 = 0
        var acknowledgement: UInt32 = 0
        var payload: [UInt8] = []
        /// Payload bytes that were on the wire and are not captured.
        var uncaptured = 0

        var frame: [UInt8] {
            var segment = big(sourcePort) + big(destinationPort) + big(sequence)
            segment += big(acknowledgement) + [0x50, flags.rawValue] + big(UInt16(64240))
            return network(
                source, destination, 6, segment + [0, 0, 0, 0] + payload, uncaptured: uncaptured)
        }
    }

    static func udp(
        _ source: Address, _ sourcePort: UInt16, _ destination: Address, _ port: UInt16,
        _ payload: [UInt8]
    ) -> [UInt8] {
        let header = big(sourcePort) + big(port) + big(UInt16(8 + payload.count)) + [0, 0]
        return network(source, destination, 17, header + payload)
    }

    static func network(
        _ source: Address, _ destination: Address, _ transport: UInt8, _ payload: [UInt8],
        uncaptured: Int = 0
    ) -> [UInt8] {
        if case .ipv4 = source {
            return ipv4(source, destination, transport, payload, uncaptured: uncaptured)
        }
        let header = [0x60, 0, 0, 0] + big(UInt16(payload.count)) + [transport, 64]
        return ethernet + [0x86, 0xDD] + header + source.bytes + destination.bytes + payload
    }

    /// - Parameter fragment: flags and offset, as the header has them.
    static func ipv4(
        _ source: Address, _ destination: Address, _ transport: UInt8, _ payload: [UInt8],
        identification: UInt16 = 0, fragment: UInt16 = 0x4000, uncaptured: Int = 0
    ) -> [UInt8] {
        let header =
            [0x45, 0] + big(UInt16(20 + payload.count + uncaptured)) + big(identification)
            + big(fragment)
            + [64, transport, 0, 0]
        return ethernet + [8, 0] + header + source.bytes + destination.bytes + payload
    }
}
