internal import CPrefetch

/// A growing list that never copies what it holds: the doubling of an array of flows costs, for a
/// moment, as much memory again (152 against 213 MiB for 367,000 flows of the prototype).
///
/// Of a copy only what is added is its own: what it shares with the other, both change. So no packet
/// has to ask whether somebody else holds its flow, which took 3 % of the analysis.
struct Chunked<Element> {
    private(set) var count = 0
    private var directory = Directory()
    /// Where the elements of each chunk are: `directory.places`, which need not be asked for then.
    private var places: UnsafeMutablePointer<UnsafeMutablePointer<Element>>

    init() { places = directory.places }

    private static var bits: Int { 10 }
    private static var mask: Int { (1 << bits) - 1 }

    subscript(index: Int) -> Element {
        @inline(__always) _read { yield place(index).pointee }
        @inline(__always) _modify { yield &place(index).pointee }
    }

    /// In few steps, as every packet comes here several times: with arrays of chunks, each with a
    /// check of its own, the analysis took 3 % more.
    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<Element> {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
        return places[index >> Self.bits] + (index & Self.mask)
    }

    /// Asks for the element's lines of the cache: who needs it soon waits less then.
    func prefetch(_ index: Int) {
        let start = UnsafeRawPointer(place(index))
        let end = MemoryLayout<Element>.size - 1
        for offset in stride(from: 0, to: end, by: 64) { cprefetch(start + offset) }
        cprefetch(start + end)
    }

    func prefetchFirstLine(_ index: Int) { cprefetch(place(index)) }

    /// Gives back the memory of whole chunks of elements below `index`, which nobody reads again.
    mutating func forget(before index: Int) {
        ownDirectory()
        directory.forget(before: index >> Self.bits)
    }

    mutating func append(_ element: Element) {
        ownDirectory()
        directory.append(element, at: count, bits: Self.bits)
        places = directory.places
        count += 1
    }

    mutating func removeLast() {
        precondition(count > 0)
        ownDirectory()
        count -= 1
        directory.removeLast(at: count, bits: Self.bits)
    }

    private mutating func ownDirectory() {
        if !isKnownUniquelyReferenced(&directory) { directory = Directory(copying: directory) }
        places = directory.places
    }

    private final class Directory {
        // Nobody else can reach them while they change.
        @exclusivity(unchecked) private var chunks: [Chunk?] = []
        @exclusivity(unchecked) private(set) var places:
            UnsafeMutablePointer<UnsafeMutablePointer<Element>>
        @exclusivity(unchecked) private var room = 16

        init() { places = .allocate(capacity: room) }

        init(copying other: Directory) {
            chunks = other.chunks
            room = other.room
            places = .allocate(capacity: room)
            places.initialize(from: other.places, count: chunks.count)
        }

        @inline(__always)
        func append(_ element: Element, at count: Int, bits: Int) {
            let number = count >> bits
            if number == chunks.count {
                if number == room { makeRoom() }
                chunks.append(Chunk(capacity: 1 << bits))
                (places + number).initialize(to: chunks[number]!.elements)
            } else {
                own(number, first: count & ((1 << bits) - 1))
            }
            chunks[number]!.append(element)
        }

        /// - Parameter count: how many elements are left then.
        func removeLast(at count: Int, bits: Int) {
            let number = count >> bits
            own(number, first: (count & ((1 << bits) - 1)) + 1)
            chunks[number]!.removeLast()
            // One empty chunk stays: else who adds and removes at its edge would allocate each time.
            if chunks.count > number + 2 { chunks.removeLast() }
        }

        /// Makes a chunk that a copy has too this one's own, with its first elements.
        @inline(__always)
        private func own(_ number: Int, first count: Int) {
            if isKnownUniquelyReferenced(&chunks[number]) { return }
            let own = Chunk(copying: chunks[number]!, first: count)
            chunks[number] = own
            places[number] = own.elements
        }

        @inline(never)
        private func makeRoom() {
            let old = places
            places = .allocate(capacity: room * 2)
            places.moveInitialize(from: old, count: room)
            old.deallocate()
            room *= 2
        }

        func forget(before chunk: Int) {
            for number in chunks.indices.prefix(chunk) where chunks[number] != nil {
                // Nothing is there: who reads it all the same is stopped.
                places[number] = UnsafeMutablePointer(bitPattern: 4096)!
                chunks[number] = nil
            }
        }

        deinit { places.deallocate() }
    }

    private final class Chunk {
        let elements: UnsafeMutablePointer<Element>
        private let capacity: Int
        @exclusivity(unchecked) private var count = 0

        init(capacity: Int) {
            self.capacity = capacity
            elements = Self.allocate(capacity)
        }

        /// At the beginning of a line of the cache: a record of six lines touches no seventh.
        private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
            UnsafeMutableRawPointer.allocate(
                byteCount: capacity * MemoryLayout<Element>.stride,
                alignment: Swift.max(64, MemoryLayout<Element>.alignment)
            ).bindMemory(to: Element.self, capacity: capacity)
        }

        init(copying other: Chunk, first count: Int) {
            capacity = other.capacity
            elements = Self.allocate(capacity)
            elements.initialize(from: other.elements, count: count)
            self.count = count
        }

        func append(_ element: Element) {
            (elements + count).initialize(to: element)
            count += 1
        }

        func removeLast() {
            count -= 1
            (elements + count).deinitialize(count: 1)
        }

        deinit {
            elements.deinitialize(count: count)
            UnsafeMutableRawPointer(elements).deallocate()
        }
    }
}

extension Chunked: @unchecked Sendable where Element: Sendable {}

extension Chunked: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }
}
