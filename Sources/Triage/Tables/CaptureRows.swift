import TrafficAnalysis

/// What several captures hold of one kind, one after the other; each is made when it is looked at.
struct CaptureRows<Element>: RandomAccessCollection {
    private let captures: [CaptureReport]
    /// Where the rows of each capture begin, and where the last end.
    private let starts: [Int]
    private let make: (CaptureReport, Int) -> Element

    init(
        _ captures: [CaptureReport], count: (CaptureReport) -> Int,
        make: @escaping (CaptureReport, Int) -> Element
    ) {
        self.captures = captures
        self.make = make
        starts = captures.reduce(into: [0]) { starts, capture in
            starts.append(starts[starts.count - 1] + count(capture))
        }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { starts[starts.count - 1] }

    subscript(position: Int) -> Element {
        precondition(indices.contains(position))
        var (low, high) = (0, captures.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= position { low = middle } else { high = middle - 1 }
        }
        return make(captures[low], position - starts[low])
    }
}
