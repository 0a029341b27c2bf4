import Dissection

/// Writes packets with comments as pcapng (draft-ietf-opsawg-pcapng), in little-endian order.
///
/// The file appears under its name when `finish` has returned, whole; before, and after a failure,
/// there is none.
public struct PcapngWriter: ~Copyable {
    /// An interface of the section being written.
    private struct Interface: Hashable {
        var source: Int
        var link: LinkType
    }

    private var file: NewFile
    private let program: String
    private var interfaces: [Interface: Int] = [:]
    private var snapLength = 0
    private var name = ""

    /// Options are at most 65,535 bytes; a reader wants to read them.
    private static let longestComment = 4096

    /// - Parameter program: what wrote it, for the section's header.
    /// - Throws: `exists`; a file is never overwritten.
    public init(path: String, program: String) throws(CaptureWriteError) {
        file = try NewFile(path: path)
        self.program = program
    }

    /// Begins the packets of one capture (§4.1).
    ///
    /// - Parameters:
    ///   - name: the capture's, for its interfaces.
    ///   - snapLength: in bytes; 0 = no limit.
    ///   - comments: about the section.
    public mutating func beginSection(
        name: String, snapLength: Int, comments: [String]
    ) throws(CaptureWriteError) {
        interfaces = [:]
        self.snapLength = snapLength
        self.name = name
        var body = le32(0x1A2B_3C4D) + le32(1)
        body += [UInt8](repeating: 0xFF, count: 8)
        body += Self.comments(comments) + Self.option(4, Array(program.utf8)) + le32(0)
        try write(PcapngBlock.section, body)
    }

    /// Adds a packet (§4.3).
    ///
    /// - Parameter comments: what is to be said about it, one option each.
    public mutating func write(
        _ record: PacketRecord, _ bytes: RawSpan, comments: [String] = []
    ) throws(CaptureWriteError) {
        let interface = try number(of: Interface(source: record.interface, link: record.link))
        let time = UInt64(bitPattern: max(0, record.time))
        let padding = -bytes.byteCount & 3
        var options = Self.comments(comments)
        if !options.isEmpty { options += le32(0) }
        let length = 32 + bytes.byteCount + padding + options.count
        var head = le32(PcapngBlock.enhancedPacket) + le32(UInt32(length))
        head += le32(UInt32(interface)) + le32(UInt32(time >> 32))
        head += le32(UInt32(truncatingIfNeeded: time)) + le32(UInt32(bytes.byteCount))
        head += le32(UInt32(clamping: record.wireLength))
        try file.append(head)
        try file.append(bytes)
        let tail = [UInt8](repeating: 0, count: padding) + options + le32(UInt32(length))
        try file.append(tail)
    }

    /// Puts the file in its place.
    public consuming func finish() throws(CaptureWriteError) { try file.finish() }

    /// Describes an interface when its first packet comes (§4.2): name 2, resolution 9.
    private mutating func number(of interface: Interface) throws(CaptureWriteError) -> Int {
        if let known = interfaces[interface] { return known }
        let new = interfaces.count
        interfaces[interface] = new
        var body = le32(interface.link.rawValue & 0xFFFF) + le32(UInt32(clamping: snapLength))
        body += Self.option(2, Self.bounded(name)) + Self.option(9, [9]) + le32(0)
        try write(PcapngBlock.interface, body)
        return new
    }

    /// - Parameter body: a multiple of four bytes.
    private mutating func write(_ type: UInt32, _ body: [UInt8]) throws(CaptureWriteError) {
        let length = le32(UInt32(body.count + 12))
        try file.append(le32(type) + length + body + length)
    }

    private static func comments(_ comments: [String]) -> [UInt8] {
        comments.flatMap { option(1, bounded($0)) }
    }

    private static func bounded(_ text: String) -> [UInt8] {
        Array(String(decoding: text.utf8.prefix(longestComment), as: UTF8.self).utf8)
    }

    /// Code (2), length (2), value filled up to four bytes (§3.5).
    private static func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        le32(UInt32(code) | UInt32(value.count) << 16) + value
            + [UInt8](repeating: 0, count: -value.count & 3)
    }
}

private func le32(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
