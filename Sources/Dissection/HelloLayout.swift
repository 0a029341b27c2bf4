/// The layout of a ClientHello or a ServerHello: where its fields stand, and the list of
/// extensions that both have (RFC 8446 §4.2).
protocol HelloLayout {
    var extensions: Range<Int> { get set }
    /// Reads one extension into the fields; throws before any is set when it contradicts itself.
    mutating func readContent(
        _ type: UInt16, _ bytes: RawSpan, _ content: ByteCursor) throws(DissectionError)
}

extension HelloLayout {
    /// Reads the list up to the end of the message. An extension whose content contradicts itself
    /// is as if it had not been sent.
    @inline(__always)
    mutating func readExtensions(
        _ bytes: RawSpan, _ cursor: ByteCursor
    ) throws(DissectionError) {
        var cursor = cursor
        var list = try cursor.vector16(bytes)
        extensions = list.remaining
        while !list.isAtEnd {
            let (type, content) = try nextExtension(bytes, &list)
            _ = read(type, bytes, content)
        }
        guard cursor.isAtEnd else { throw .malformed("bytes after the extensions") }
    }

    /// The types of the extensions in the order sent, and those whose content contradicts itself.
    func extensionTypes(
        _ bytes: RawSpan
    ) throws(DissectionError) -> (sent: [UInt16], malformed: [UInt16]) {
        var (sent, malformed): ([UInt16], [UInt16]) = ([], [])
        var list = ByteCursor(extensions)
        while !list.isAtEnd {
            var one = self
            let (type, content) = try nextExtension(bytes, &list)
            sent.append(type)
            if !one.read(type, bytes, content) { malformed.append(type) }
        }
        return (sent, malformed)
    }

    /// `false` when the content contradicts itself.
    @inline(__always)
    private mutating func read(
        _ type: UInt16, _ bytes: RawSpan, _ content: ByteCursor
    ) -> Bool {
        do throws(DissectionError) {
            try readContent(type, bytes, content)
            return true
        } catch {
            return false
        }
    }

    private func nextExtension(
        _ bytes: RawSpan, _ list: inout ByteCursor
    ) throws(DissectionError) -> (type: UInt16, content: ByteCursor) {
        (try list.uint16(bytes), try list.vector16(bytes))
    }
}
