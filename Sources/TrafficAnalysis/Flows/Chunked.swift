/// A growing list that never copies what it holds: the doubling of an array of flows costs, for a
/// moment, as much memory again (152 against 213 MiB for 367,000 flows of the prototype).
struct Chunked<Element> {
    private(set) var count = 0
    private var chunks: [[Element]] = []

    private static var bits: Int { 10 }
    private static var mask: Int { (1 << bits) - 1 }

    subscript(index: Int) -> Element {
        @inline(__always) get { chunks[index >> Self.bits][index & Self.mask] }
        @inline(__always) _modify { yield &chunks[index >> Self.bits][index & Self.mask] }
    }

    /// Gives back the memory of whole chunks of elements below `index`, which nobody reads again.
    mutating func forget(before index: Int) {
        for chunk in chunks.indices.prefix(index >> Self.bits) where !chunks[chunk].isEmpty {
            chunks[chunk] = []
        }
    }

    mutating func append(_ element: Element) {
        if count & Self.mask == 0 {
            var chunk: [Element] = []
            chunk.reserveCapacity(Self.mask + 1)
            chunks.append(chunk)
        }
        chunks[count >> Self.bits].append(element)
        count += 1
    }
}

extension Chunked: Sendable where Element: Sendable {}
