internal import Dissection

/// Instances that are noticed on single packets, beside the flows: how many, the first places, and
/// the most remarkable value.
struct Sightings {
    private(set) var tally = Tally()
    private(set) var least: Int64 = .max
    private(set) var most: Int64 = 0

    mutating func add(_ place: Place, value: Int64) {
        tally.add(place)
        least = min(least, value)
        most = max(most, value)
    }
}

/// TCP checksums by the address that sent them. Not all are computed, since that means reading every
/// byte: those of SYNs, of every 64th packet of a side, and of a connection that sent data again,
/// where a packet that arrived damaged is to be expected.
struct ChecksumTally {
    struct Sender {
        var good: UInt32 = 0
        var leftToCard: UInt32 = 0
        var wrong: UInt32 = 0
        var wrongPlaces = Tally()
        var cardPlaces = Tally()
    }

    private var addresses = Interned<SendingAddress>()
    private var tallies: [Sender] = []
    /// A flood of invented addresses must not fill memory.
    private static let limit = 4096

    /// In the order of their addresses.
    var senders: [Sender] {
        zip(addresses.values, tallies).sorted { $0.0.address < $1.0.address }.map(\.1)
    }

    static let everyPacket: UInt32 = 64
    /// So many packets of a connection are looked at after one that was sent again.
    static let afterRepeat: UInt8 = 64

    @inline(never)
    mutating func check(
        _ segment: TCPSegment, _ bytes: RawSpan, flow: UInt32, at place: PacketPlace
    ) {
        let sender = SendingAddress(address: segment.source)
        addresses.prefetchSlot(sender)
        let verdict = TCPChecksum(segment, bytes)
        if verdict == .unknown { return }
        guard let number = addresses.number(of: sender, limit: Self.limit).map(Int.init)
        else { return }
        if number == tallies.count { tallies.append(Sender()) }
        let place = Place(flow: flow, packet: place.number, time: place.time)
        switch verdict {
        case .good: tallies[number].good &+= 1
        case .leftToCard:
            tallies[number].leftToCard &+= 1
            tallies[number].cardPlaces.add(place)
        case .wrong:
            tallies[number].wrong &+= 1
            tallies[number].wrongPlaces.add(place)
        case .unknown: break
        }
    }

    private struct SendingAddress: Internable {
        var address: IPAddress

        var seededHash: UInt64 { TrafficAnalysis.seededHash(address, 0) }
    }
}
