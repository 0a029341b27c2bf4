/// A replay as it lies in the folder of its case: looked at, not read.
struct ReplayFile {
    private let name: String
    private let folder: String
    private var path: String { "\(folder)/\(name)" }

    /// - Parameter name: relative to `folder`, without a way out.
    init(_ name: String, in folder: String) {
        self.name = name
        self.folder = folder
    }

    /// Reports what keeps it from being run. Where reading it could hang or read something else,
    /// the case is unfit; a file that is missing or no capture fails its own test alone.
    func check(_ place: Place, _ log: FaultLog) {
        if let kind = otherKind(path) {
            return log.error(
                place, "\(quoted(name)) is \(kind), not a regular file", "put a copy of it there")
        }
        guard isRegularFile(path), let (size, head) = beginning(path, count: 8) else {
            return log.error(
                place, "no such file \(quoted(name))",
                "a replay lies in the folder of its case", isHarmless: true)
        }
        if leadsOut(path, of: folder) {
            return log.error(
                place, "\(quoted(name)) is a symbolic link that leads out of the case's folder",
                "put a copy of the file there")
        }
        if size > CaseFolder.fileLimit {
            log.error(
                place, "\(quoted(name)): \(tooLarge(size, limit: CaseFolder.fileLimit))",
                "cut it with 'inquest capture --write'", isHarmless: true)
        }
        if let fault = Self.fault(name, head) {
            log.error(place, "\(quoted(name)) \(fault.text)", fault.advice, isHarmless: true)
        }
    }

    /// By the name's ending, as `inquest case test` does.
    private static func fault(_ name: String, _ head: [UInt8]) -> (text: String, advice: String)? {
        if head.isEmpty { return ("is empty", "capture again, or remove it") }
        let hex = head.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined(separator: " ")
        if name.hasSuffix(".json") || name.hasSuffix(".ndjson") {
            let first = head.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
            if first == nil || first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
                return nil
            }
            return (
                "is no recorded evidence; it begins with \(hex)", "see 'inquest diagnose --record'"
            )
        }
        if magics.contains(where: { head.starts(with: $0) }) { return nil }
        return (
            "is no capture; it begins with \(hex)", "a replay is pcap, pcapng or recorded evidence"
        )
    }

    /// pcap in both byte orders, with micro- and nanoseconds and as modified by Alexey Kuznetzov;
    /// pcapng; gzip (RFC 1952), Zstandard (RFC 8878) and LZ4 frames, which captures are kept in.
    private static let magics: [[UInt8]] = [
        [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D],
        [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0xCD, 0x34], [0x34, 0xCD, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A], [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD],
        [0x04, 0x22, 0x4D, 0x18],
    ]
}
