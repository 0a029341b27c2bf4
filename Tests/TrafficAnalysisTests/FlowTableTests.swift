import Dissection
import Testing

@testable import TrafficAnalysis

/// The table against a dictionary: what was added is found, the newest of a key first, whatever was
/// given back in between.
struct FlowTableTests {
    /// Few keys, so that they come again: IPv4, IPv6, and IPv6 that looks like IPv4.
    private func key(_ number: UInt64) -> FlowKey {
        let host = number / 3 % 40
        let ports = UInt32(40_000 + number % 7) << 16 | 443
        switch number % 3 {
        case 0:
            return FlowKey(
                lower: IPAddress(ipv4: 0x0A00_0000 | UInt32(host)),
                upper: IPAddress(ipv4: 0xC000_0201), ports: ports)
        case 1:
            return FlowKey(
                lower: IPAddress(high: 0x2001_0DB8 << 32, low: host),
                upper: IPAddress(high: 0x2001_0DB8 << 32, low: 0xFFFF), ports: ports)
        default:
            // The same last bytes as the first kind has.
            return FlowKey(
                lower: IPAddress(high: 0, low: 0x0A00_0000 | host),
                upper: IPAddress(high: 0, low: 0xC000_0201), ports: ports)
        }
    }

    private func flow(_ key: FlowKey, _ number: Int) -> Flow {
        Flow(
            key: key, number: number, segment: TCPSegment(), fromUpper: false, link: .ethernet,
            time: 0, packet: number)
    }

    /// Flows numbered by their places.
    private func filled(_ count: Int) -> FlowTable {
        var table = FlowTable()
        for number in 0..<count {
            let key = key(UInt64(number))
            _ = table.add(flow(key, number), of: key, hash: table.hash(key))
        }
        return table
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `finds what a dictionary finds`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var table = FlowTable()
        // By the flow's number; and the flows by their places.
        var newest: [FlowKey: UInt32] = [:]
        var held: [(number: UInt32, key: FlowKey)] = []
        for step in 0..<12_000 {
            let key = key(random.next() % 840)
            // It grows in the first half, to more than its first room.
            if random.next() % 8 < (step < 6000 ? 7 : 3) {
                let place = table.add(flow(key, step), of: key, hash: table.hash(key))
                #expect(place == held.count)
                newest[key] = UInt32(step)
                held.append((UInt32(step), key))
            } else if let place = held.indices.randomElement(using: &random) {
                let (number, key) = held[place]
                table.giveBack(place, hash: table.hash(key))
                held[place] = held[held.count - 1]
                held.removeLast()
                if newest[key] == number { newest[key] = nil }
            }
            let asked = self.key(random.next() % 840)
            let found = table.find(asked)
            #expect(found.map { table[$0].number } == newest[asked])
            if let found { #expect(table.key(found) == asked) }
        }
        #expect(table.open == held.count)
        for (place, flow) in held.enumerated() {
            #expect(table[place].number == flow.number)
            #expect(table.key(place) == flow.key)
        }
    }

    @Test func `a copy does not see what is added behind it`() {
        var table = filled(1500)
        var copy = table
        let other = FlowKey(
            lower: IPAddress(ipv4: 1), upper: IPAddress(ipv4: 2), ports: 9 << 16 | 10)
        let place = copy.add(flow(other, 7777), of: other, hash: copy.hash(other))
        #expect(copy.find(other) == place)
        #expect(table.find(other) == nil)
        let mine = key(1)
        let added = table.add(flow(mine, 8888), of: mine, hash: table.hash(mine))
        #expect(table[added].number == 8888)
        #expect(copy[place].number == 7777)
    }

    @Test func `a copy keeps what is given back at the end`() {
        var table = filled(1500)
        let copy = table
        for place in (900..<1500).reversed() {
            table.giveBack(place, hash: table.hash(table.key(place)))
        }
        let other = key(5)
        for number in 2000..<2600 {
            _ = table.add(flow(other, number), of: other, hash: table.hash(other))
        }
        #expect(table.open == 1500)
        #expect(table.find(other) == 1499)
        #expect((900..<1500).allSatisfy { copy[$0].number == $0 })
    }
}

extension SplitMix: RandomNumberGenerator {}
