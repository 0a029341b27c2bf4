/// First in, first out, in one array that is cut when half of it is past.
struct Queue {
    private var elements: [UInt32] = []
    private var head = 0

    var first: UInt32? { head < elements.count ? elements[head] : nil }

    mutating func append(_ element: UInt32) { elements.append(element) }

    mutating func removeFirst() {
        head += 1
        if head >= 1024, head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }
}
