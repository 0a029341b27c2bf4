/// A case file cut in two: the front matter between two lines `---`, and the body after it.
struct CaseText {
    /// Bytes of front matter that are accepted; the longest of the first thirty cases has 9 KiB.
    static let frontMatterLimit = 256 * 1_024

    /// Without the two lines `---`; starts in line 2 of the file.
    let frontMatter: ArraySlice<Substring>
    let body: ArraySlice<Substring>
    /// The number in the file of the body's first line.
    let bodyLine: Int

    /// Reports a file without front matter and returns `nil`.
    init?(_ source: SourceText, log: FaultLog) {
        let lines = source.lines
        guard trim(lines[0]) == "---" else {
            log.error(
                .start, "the file does not begin with front matter",
                "begin with a line “---”, the keys, and another line “---”")
            return nil
        }
        var size = 0
        var end = 1
        while end < lines.count, !Self.isFence(lines[end]) {
            size += lines[end].utf8.count + 1
            end += 1
            guard size <= Self.frontMatterLimit else {
                log.error(
                    Place(line: end, column: 1),
                    "the front matter is longer than \(Self.frontMatterLimit / 1_024) KiB",
                    "close it with a line “---”")
                return nil
            }
        }
        guard end < lines.count else {
            log.error(
                Place(line: lines.count, column: 1), "the front matter is never closed",
                "close it with a line “---”")
            return nil
        }
        frontMatter = lines[1..<end]
        body = lines[(end + 1)...]
        bodyLine = end + 2
    }

    private static func isFence(_ line: Substring) -> Bool {
        line.hasPrefix("---") && trim(line) == "---"
    }
}
