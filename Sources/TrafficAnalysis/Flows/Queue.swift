/// First in, first out, in one array that is cut when half of it is past.
struct Queue {
    private var elements: [UInt32] = []
    private var head = 0
    /// How many were taken from `elements`: places count from the first there ever was.
    private var gone: UInt32 = 0

    var first: UInt32? { head < elements.count ? elements[head] : nil }

    /// - Parameter number: from the first on, which is 0.
    func element(_ number: Int) -> UInt32? {
        head + number < elements.count ? elements[head + number] : nil
    }

    var count: Int { elements.count - head }

    /// - Returns: the element's place, for `replace`.
    mutating func append(_ element: UInt32) -> UInt32 {
        elements.append(element)
        return gone &+ UInt32(truncatingIfNeeded: elements.count - 1)
    }

    mutating func replace(_ place: UInt32, by element: UInt32) {
        elements[Int(place &- gone)] = element
    }

    mutating func removeFirst() {
        head += 1
        if head >= 1024, head * 2 >= elements.count {
            elements.removeFirst(head)
            gone &+= UInt32(truncatingIfNeeded: head)
            head = 0
        }
    }
}
