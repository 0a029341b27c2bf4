internal import CSocketDiagnostics
internal import Glibc

/// Reads the statistics of a network card's driver, as `ethtool -S` does (ioctl SIOCETHTOOL,
/// include/uapi/linux/ethtool.h). No rights are needed; many drivers have none.
enum EthtoolReader {
    /// More than any driver has.
    private static let most: UInt32 = 16_384
    private static let nameSize = 32  // ETH_GSTRING_LEN

    /// `Ethtool.eth0.rx_missed`, for interfaces of this thread's namespace.
    static func counters(_ interfaces: [String]) -> [Counter] {
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | 0x80000, 0)
        guard number >= 0 else { return [] }
        let descriptor = Descriptor(owning: number)
        return interfaces.flatMap { counters(of: $0, descriptor.number) }
    }

    private static func counters(of interface: String, _ socket: Int32) -> [Counter] {
        // struct ethtool_drvinfo: 196 bytes, n_stats at 180.
        var information = command(0x03, size: 196)  // ETHTOOL_GDRVINFO
        guard ask(socket, interface, &information) else { return [] }
        let count = word(information, 180)
        guard count > 0, count <= most else { return [] }
        // struct ethtool_gstrings: command, set (ETH_SS_STATS), length, names.
        var names = command(0x1B, size: 12 + Int(count) * nameSize)  // ETHTOOL_GSTRINGS
        names[4] = 1
        put(count, at: 8, of: &names)
        // struct ethtool_stats: command, count, values.
        var values = command(0x1D, size: 8 + Int(count) * 8)  // ETHTOOL_GSTATS
        put(count, at: 4, of: &values)
        guard ask(socket, interface, &names), ask(socket, interface, &values),
            // Of a driver that changed its mind between the calls nothing is believed.
            word(names, 8) == count, word(values, 4) == count
        else { return [] }
        return (0..<Int(count)).map { index in
            let start = 12 + index * nameSize
            let name = names[start..<start + nameSize].prefix { $0 != 0 }
            let low = UInt64(word(values, 8 + index * 8))
            let high = UInt64(word(values, 12 + index * 8))
            return Counter(
                name: "Ethtool.\(interface).\(String(decoding: name, as: UTF8.self))",
                value: isLittleEndian ? high << 32 | low : low << 32 | high)
        }
    }

    private static var isLittleEndian: Bool { UInt16(littleEndian: 1) == 1 }

    private static func command(_ number: UInt32, size: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        put(number, at: 0, of: &bytes)
        return bytes
    }

    private static func ask(_ socket: Int32, _ interface: String, _ data: inout [UInt8]) -> Bool {
        unsafe data.withUnsafeMutableBytes {
            unsafe csocketdiagnostics_ethtool(socket, interface, $0.baseAddress!) == 0
        }
    }

    private static func put(_ number: UInt32, at offset: Int, of bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: number) { number in
            for index in 0..<4 { bytes[offset + index] = unsafe number[index] }
        }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        unsafe bytes.withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        }
    }
}
