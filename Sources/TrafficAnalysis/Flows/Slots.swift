/// Records that only some flows have, known by index; those that are given back are used again, so
/// memory follows the flows that are open at one time.
struct Slots<Element> {
    private var elements = Chunked<Element>()
    private var free: [Int32] = []
    private let initial: Element

    /// - Parameter initial: what a record is before anything is noted in it.
    init(_ initial: Element) { self.initial = initial }

    subscript(index: Int) -> Element {
        @inline(__always) _read { yield elements[index] }
        @inline(__always) _modify { yield &elements[index] }
    }

    /// Of the record that `index` names, if any; see `Chunked`.
    func prefetch(_ index: Int32) { if index >= 0 { elements.prefetch(Int(index)) } }

    /// A copy of the record that `index` names; `nil` when it names none (-1).
    ///
    /// By its index, not by the flow: of that the compiler would make a copy for each question.
    func record(_ index: Int32) -> Element? { index < 0 ? nil : elements[Int(index)] }

    /// The same; when it names none, what a record is before anything is noted in it.
    func recordOrInitial(_ index: Int32) -> Element {
        index < 0 ? initial : elements[Int(index)]
    }

    /// The place of the record that `index` names; one is made when it names none (-1).
    mutating func place(_ index: inout Int32) -> Int {
        if index >= 0 { return Int(index) }
        if let given = free.popLast() {
            index = given
        } else {
            index = Int32(elements.count)
            elements.append(initial)
        }
        return Int(index)
    }

    mutating func giveBack(_ index: inout Int32) {
        if index < 0 { return }
        elements[Int(index)] = initial
        free.append(index)
        index = -1
    }
}

extension Slots: Sendable where Element: Sendable {}
