import TrafficAnalysis

/// What several captures hold of one kind, one after the other; each is made when it is looked at.
struct CaptureRows<Element>: RandomAccessCollection {
    /// Where the rows of each capture begin, and where the last end.
    private let starts: [Int]
    private let make: (_ capture: Int, _ index: Int) -> Element

    /// - Parameters:
    ///   - counts: of the rows of each capture.
    ///   - make: the row at a place of a capture, both zero-based.
    init(counts: [Int], make: @escaping (_ capture: Int, _ index: Int) -> Element) {
        self.make = make
        starts = counts.reduce(into: [0]) { starts, count in
            starts.append(starts[starts.count - 1] + count)
        }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { starts[starts.count - 1] }

    subscript(position: Int) -> Element {
        precondition(indices.contains(position))
        var (low, high) = (0, starts.count - 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= position { low = middle } else { high = middle - 1 }
        }
        return make(low, position - starts[low])
    }
}

/// A row of a capture's lists, and the capture.
struct CaptureRow<Row> {
    var file: String
    var row: Row
}

extension RowTable {
    /// The rows of one of the lists of every capture.
    func listed<Row>(
        _ sources: ObservationSources, _ list: @escaping (TrafficRows) -> [Row]
    ) -> CaptureRows<CaptureRow<Row>> {
        let lists = sources.captures.map { $0.rows.map(list) ?? [] }
        return CaptureRows(counts: lists.map(\.count)) { capture, index in
            CaptureRow(file: sources.captures[capture].file, row: lists[capture][index])
        }
    }

    /// The columns that all rows about a TCP flow begin with.
    static func endpoints<Row>(
        client: any KeyPath<Row, FlowRecord.Endpoint> & Sendable,
        server: any KeyPath<Row, FlowRecord.Endpoint> & Sendable,
        flow: any KeyPath<Row, Int> & Sendable, packet: any KeyPath<Row, Int> & Sendable,
        time: any KeyPath<Row, Int64> & Sendable
    ) -> [RowColumn<CaptureRow<Row>>] {
        [
            .text("file", "the capture") { $0.file },
            .integer("flow", "zero-based, Wireshark's tcp.stream; as in flows") {
                Int64($0.row[keyPath: flow])
            },
            .integer("packet", "one-based, Wireshark's frame.number") {
                Int64($0.row[keyPath: packet])
            },
            .text("time", "") { Timestamp.text($0.row[keyPath: time]) },
            .text("client", "address") { "\($0.row[keyPath: client].address)" },
            .integer("client_port", "") { Int64($0.row[keyPath: client].port) },
            .text("server", "address") { "\($0.row[keyPath: server].address)" },
            .integer("server_port", "") { Int64($0.row[keyPath: server].port) },
        ]
    }
}
