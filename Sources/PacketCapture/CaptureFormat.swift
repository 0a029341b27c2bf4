import Dissection

/// The format of a file, by its first bytes.
enum CaptureFormat: Equatable {
    case pcap(PcapHeader)
    case pcapng
    /// The magic number is one of ours, and the header is not whole.
    case unfinished(have: Int, needed: Int)
    /// The format, and how to convert it.
    case unsupported(String)
    case unknown

    /// Bytes that decide.
    static let decisive = 24

    /// - Parameter bytes: The first `decisive` bytes, fewer when the file ends before.
    init(_ bytes: RawSpan) {
        let count = bytes.byteCount
        let first = count >= 4 ? bytes.uint32(at: 0) : 0
        if first == PcapngBlock.section {
            // The shortest section header block has 28 bytes; the byte order needs 12.
            guard count >= 12 else {
                self = .unfinished(have: count, needed: 28)
                return
            }
            self = PcapngBlock.byteOrder(bytes, at: 8) != nil ? .pcapng : .unknown
        } else if let variant = PcapHeader.Variant(magic: first) {
            guard count >= PcapHeader.length else {
                self = .unfinished(have: count, needed: PcapHeader.length)
                return
            }
            self = Self.checked(PcapHeader(bytes, variant))
        } else {
            self = Self.foreign(bytes).map(Self.unsupported) ?? .unknown
        }
    }

    /// libpcap reads version 2 and nothing else; its minor version is 4 since 1998.
    private static func checked(_ header: PcapHeader) -> CaptureFormat {
        if header.major == 2 { return .pcap(header) }
        return .unsupported(
            "pcap of version \(header.major).\(header.minor), not 2.4; rewrite it with editcap")
    }

    /// Files that people have in the place of a capture, by their magic numbers (file(1)).
    private static func foreign(_ bytes: RawSpan) -> String? {
        let head = bytes.array(0..<16)
        func begins(_ magic: [UInt8]) -> Bool { head.starts(with: magic) }
        let unpack = "unpack it first:"
        if begins([0x1F, 0x8B]) { return "compressed with gzip; \(unpack) gzip -d FILE" }
        if begins([0x28, 0xB5, 0x2F, 0xFD]) {
            return "compressed with zstd; \(unpack) zstd -d FILE"
        }
        if begins([0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            return "compressed with xz; \(unpack) xz -d FILE"
        }
        if begins([0x04, 0x22, 0x4D, 0x18]) { return "compressed with lz4; \(unpack) lz4 -d FILE" }
        if begins(Array("BZh".utf8)) { return "compressed with bzip2; \(unpack) bzip2 -d FILE" }
        if begins([0x50, 0x4B, 0x03, 0x04]) { return "a zip archive; \(unpack) unzip FILE" }
        let convert = "convert it: editcap FILE capture.pcapng"
        if begins(Array("snoop\0\0\0".utf8)) { return "a Solaris snoop capture; \(convert)" }
        if begins(Array("RTSS".utf8)) || begins(Array("GMBU".utf8)) {
            return "a Microsoft Network Monitor capture; \(convert)"
        }
        if begins(Array("TRSNIFF data".utf8)) { return "a Sniffer capture; \(convert)" }
        if begins(Array("iptrace ".utf8)) { return "an AIX iptrace capture; \(convert)" }
        return nil
    }
}
