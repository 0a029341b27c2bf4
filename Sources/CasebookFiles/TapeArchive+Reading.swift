extension TapeArchive {
    /// The files of an archive, in its order. Folders and the remarks that `git archive` puts before
    /// are passed over; links, devices and anything else are refused.
    public static func read(_ bytes: [UInt8]) throws(Fault) -> [Entry] {
        var entries: [Entry] = []
        var offset = 0
        var count = 0
        while offset + block <= bytes.count {
            let header = bytes[offset..<(offset + block)]
            if header.allSatisfy({ $0 == 0 }) { return entries }
            count += 1
            guard count <= mostEntries else {
                throw fault(offset, "more than \(mostEntries) entries")
            }
            let (size, path) = (try size(header, offset), try path(header, offset))
            let start = offset + block
            guard size <= bytes.count - start else {
                throw fault(offset, "it ends in the middle of \(quoted(path))")
            }
            if try isFile(header, path, offset) {
                entries.append(Entry(path: path, bytes: Array(bytes[start..<(start + size)])))
            }
            offset = start + size + padding(size)
        }
        throw fault(offset, "it ends without the two empty blocks of a whole archive")
    }

    private static func fault(_ offset: Int, _ reason: String) -> Fault {
        Fault(reason: "tar archive, byte \(offset): \(reason)")
    }

    private static func size(_ header: ArraySlice<UInt8>, _ offset: Int) throws(Fault) -> Int {
        guard field(header, 257, 5) == "ustar" else {
            throw fault(offset, "this is no header of the ustar format")
        }
        guard let sum = octal(header, 148, 8), sum == checksum(header) else {
            throw fault(offset, "the header's checksum is wrong")
        }
        guard let size = octal(header, 124, 12) else {
            throw fault(offset, "the header's size is no octal number")
        }
        return size
    }

    private static func path(_ header: ArraySlice<UInt8>, _ offset: Int) throws(Fault) -> String {
        let (prefix, name) = (field(header, 345, 155), field(header, 0, 100))
        let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.hasPrefix("/"), !parts.contains("..") else {
            throw fault(offset, "the name \(quoted(path)) leads out of the folder")
        }
        return path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    }

    /// - Returns: `false` for what is passed over.
    private static func isFile(
        _ header: ArraySlice<UInt8>, _ path: String, _ offset: Int
    ) throws(Fault) -> Bool {
        switch header[header.startIndex + 156] {
        case 0, UInt8(ascii: "0"): return true
        case UInt8(ascii: "5"), UInt8(ascii: "g"): return false
        case UInt8(ascii: "1"), UInt8(ascii: "2"):
            throw fault(offset, "\(quoted(path)) is a link; put a copy of the file there")
        case UInt8(ascii: "L"), UInt8(ascii: "K"), UInt8(ascii: "x"):
            throw fault(offset, "it has names that are too long; pack it with --format=ustar")
        default: throw fault(offset, "\(quoted(path)) is neither a file nor a folder")
        }
    }

    private static func field(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) -> String {
        let start = header.startIndex + at
        return String(decoding: header[start..<(start + count)].prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func octal(_ header: ArraySlice<UInt8>, _ at: Int, _ count: Int) -> Int? {
        let text = field(header, at, count).split(separator: " ").first ?? ""
        guard !text.isEmpty, let value = Int(text, radix: 8), value >= 0 else { return nil }
        return value
    }
}
