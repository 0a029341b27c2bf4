/// Files as a tape archive, the `ustar` interchange format (POSIX.1-2017, pax, "ustar Interchange
/// Format"): blocks of 512 bytes, a header before each file, two empty blocks at the end.
///
/// ```
/// offset 0 name (100)   100 mode (8)    108 uid (8)    116 gid (8)     124 size (12, octal)
///      136 mtime (12)   148 chksum (8)  156 typeflag   157 linkname (100)
///      257 "ustar\0"    263 "00"        265 uname (32) 297 gname (32)  345 prefix (155)
/// ```
public enum TapeArchive {
    public struct Entry: Hashable, Sendable {
        public var path: String
        public var bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Why an archive is refused.
    public struct Fault: Error, Hashable, Sendable {
        public var reason: String
    }

    static let block = 512
    /// Entries of any kind that are looked at.
    static let mostEntries = 20_000

    /// Whether a file is one, by its magic.
    public static func isArchive(_ bytes: [UInt8]) -> Bool {
        bytes.count >= block && bytes[257..<262].elementsEqual("ustar".utf8)
    }

    /// The same bytes for the same entries: no times, no owners.
    ///
    /// - Throws: for a path that the header has no room for (256 bytes, cut at a slash).
    public static func write(_ entries: [Entry]) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            bytes += try header(entry)
            bytes += entry.bytes
            bytes += [UInt8](repeating: 0, count: padding(entry.bytes.count))
        }
        return bytes + [UInt8](repeating: 0, count: 2 * block)
    }

    private static func header(_ entry: Entry) throws(Fault) -> [UInt8] {
        guard let (prefix, name) = split(entry.path) else {
            throw Fault(reason: "the path \(quoted(entry.path)) is too long for a tar header")
        }
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, _ offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        put(name, 0)
        put("0000644", 100)
        put("0000000", 108)
        put("0000000", 116)
        put(octal(entry.bytes.count, digits: 11), 124)
        put(octal(0, digits: 11), 136)
        put("        ", 148)
        put("0", 156)
        put("ustar\u{0}00", 257)
        put("0000000", 329)
        put("0000000", 337)
        put(prefix, 345)
        put(octal(checksum(header[...]), digits: 6) + "\u{0} ", 148)
        return header
    }

    private static func split(_ path: String) -> (prefix: String, name: String)? {
        if path.utf8.count <= 100 { return ("", path) }
        let slashes = path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }
        for slash in slashes.reversed() {
            let (prefix, name) = (path[..<slash], path[path.utf8.index(after: slash)...])
            if prefix.utf8.count <= 155, name.utf8.count <= 100, !name.isEmpty {
                return (String(prefix), String(name))
            }
        }
        return nil
    }

    static func padding(_ count: Int) -> Int { (block - count % block) % block }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// The sum of the header's bytes, those of the sum itself taken for blanks.
    static func checksum(_ header: ArraySlice<UInt8>) -> Int {
        header.enumerated().reduce(0) { sum, next in
            sum + ((148..<156).contains(next.offset) ? 0x20 : Int(next.element))
        }
    }
}
