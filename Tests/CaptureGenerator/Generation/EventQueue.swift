/// The next packet of each open connection, the earliest first: a binary heap.
struct EventQueue {
    struct Event {
        let time: UInt64
        private let packed: UInt64

        init(time: UInt64, slot: Int, segment: Int) {
            self.time = time
            packed = UInt64(slot) << 32 | UInt64(segment)
        }

        /// Where the connection is kept.
        var slot: Int { Int(packed >> 32) }
        /// Index of the packet in its connection.
        var segment: Int { Int(packed & 0xFFFF_FFFF) }

        /// Packets of one instant go by slot, so that the order never depends on the heap.
        @inline(__always)
        static func < (left: Event, right: Event) -> Bool {
            left.time != right.time ? left.time < right.time : left.packed < right.packed
        }
    }

    private var events: [Event] = []

    var first: Event? { events.first }

    mutating func insert(_ event: Event) {
        var index = events.count
        events.append(event)
        while index > 0 {
            let parent = (index - 1) / 2
            guard event < events[parent] else { break }
            events[index] = events[parent]
            index = parent
        }
        events[index] = event
    }

    mutating func removeFirst() {
        let last = events.removeLast()
        if !events.isEmpty { sink(last) }
    }

    mutating func replaceFirst(_ event: Event) {
        sink(event)
    }

    /// Places the event, which stands for the first one, where it belongs.
    private mutating func sink(_ event: Event) {
        var index = 0
        while true {
            var child = 2 * index + 1
            guard child < events.count else { break }
            if child + 1 < events.count, events[child + 1] < events[child] { child += 1 }
            guard events[child] < event else { break }
            events[index] = events[child]
            index = child
        }
        events[index] = event
    }
}
