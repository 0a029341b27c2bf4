/// A growing list that never copies what it holds: the doubling of an array of flows costs, for a
/// moment, as much memory again (152 against 213 MiB for 367,000 flows of the prototype).
///
/// Of a copy only what is added is its own: what it shares with the other, both change. So no packet
/// has to ask whether somebody else holds its flow, which took 3 % of the analysis.
struct Chunked<Element> {
    private(set) var count = 0
    /// Where the elements of each chunk are; `nil` of those that were given back. Beside `chunks`,
    /// for to ask a chunk would count a reference.
    private var places: [UnsafeMutablePointer<Element>?] = []
    private var chunks: [Chunk?] = []

    private static var bits: Int { 10 }
    private static var mask: Int { (1 << bits) - 1 }

    subscript(index: Int) -> Element {
        @inline(__always) _read { yield place(index).pointee }
        @inline(__always) _modify { yield &place(index).pointee }
    }

    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<Element> {
        precondition(index < count)
        return places[index >> Self.bits]! + (index & Self.mask)
    }

    /// Gives back the memory of whole chunks of elements below `index`, which nobody reads again.
    mutating func forget(before index: Int) {
        for chunk in chunks.indices.prefix(index >> Self.bits) where chunks[chunk] != nil {
            places[chunk] = nil
            chunks[chunk] = nil
        }
    }

    mutating func append(_ element: Element) {
        let number = count >> Self.bits
        if number == chunks.count {
            chunks.append(Chunk(capacity: Self.mask + 1))
            places.append(chunks[number]!.elements)
        } else if !isKnownUniquelyReferenced(&chunks[number]) {
            chunks[number] = Chunk(copying: chunks[number]!, first: count & Self.mask)
            places[number] = chunks[number]!.elements
        }
        chunks[number]!.append(element)
        count += 1
    }

    private final class Chunk {
        let elements: UnsafeMutablePointer<Element>
        private let capacity: Int
        private var count = 0

        init(capacity: Int) {
            self.capacity = capacity
            elements = .allocate(capacity: capacity)
        }

        init(copying other: Chunk, first count: Int) {
            capacity = other.capacity
            elements = .allocate(capacity: capacity)
            elements.initialize(from: other.elements, count: count)
            self.count = count
        }

        func append(_ element: Element) {
            (elements + count).initialize(to: element)
            count += 1
        }

        deinit {
            elements.deinitialize(count: count)
            elements.deallocate()
        }
    }
}

extension Chunked: @unchecked Sendable where Element: Sendable {}
