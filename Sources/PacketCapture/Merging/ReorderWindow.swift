import Dissection

/// Packets of one capture that wait for earlier ones which may stand behind them.
///
/// Captures of several queues or cores are in disorder by microseconds; the window holds as much as
/// one such burst, in bounded memory.
struct ReorderWindow {
    private struct Waiting {
        var record: PacketRecord
        var bytes: [UInt8] = []
        /// Equal times stay in the file's order.
        var arrival = 0

        func comes(before other: Waiting) -> Bool {
            (record.time, arrival) < (other.record.time, other.arrival)
        }
    }

    static let packetLimit = 1024
    static let byteLimit = 4 << 20

    /// A binary heap, the earliest first.
    private var heap: [Waiting] = []
    /// Buffers to be used again.
    private var spare: [[UInt8]] = []
    private var held = 0
    private var arrivals = 0
    private var latest = Int64.min
    private var left = Int64.min
    /// Packets behind later ones, and those of them for which it was too late.
    private(set) var reordered = 0
    private(set) var late = 0

    var isEmpty: Bool { heap.isEmpty }
    /// Whether the earliest packet has to go before another comes.
    var isFull: Bool { heap.count >= Self.packetLimit || held >= Self.byteLimit }
    /// Of the earliest packet.
    var time: Int64 { heap.first?.record.time ?? .max }

    mutating func add(_ record: PacketRecord, _ bytes: RawSpan) {
        var waiting = Waiting(record: record, bytes: spare.popLast() ?? [], arrival: arrivals)
        unsafe bytes.withUnsafeBytes { unsafe waiting.bytes.append(contentsOf: $0) }
        arrivals += 1
        held += waiting.bytes.count
        if record.time < left {
            late += 1
        } else if record.time < latest {
            reordered += 1
        }
        latest = max(latest, record.time)
        heap.append(waiting)
        rise(heap.count - 1)
    }

    /// Hands the earliest packet on.
    mutating func take<Result>(_ visit: (PacketRecord, RawSpan) -> Result) -> Result {
        heap.swapAt(0, heap.count - 1)
        var first = heap.removeLast()
        sink()
        held -= first.bytes.count
        left = max(left, first.record.time)
        let result = unsafe visit(first.record, first.bytes.span.bytes)
        first.bytes.removeAll(keepingCapacity: true)
        if first.bytes.capacity <= 65536 { spare.append(first.bytes) }
        return result
    }

    private mutating func rise(_ place: Int) {
        var place = place
        while place > 0, heap[place].comes(before: heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].comes(before: heap[least]) { least = child }
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
