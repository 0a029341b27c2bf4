import Dissection
import Testing

@testable import TrafficAnalysis

/// Tuples that a capture chooses must not meet in one slot, whatever the seed.
struct FlowKeyTests {
    private func distinct(_ keys: [FlowKey]) -> Int {
        let seed = UInt64.random(in: .min ... .max)
        return Set(keys.map { $0.hash(seed: seed) & 0xFFFF_FFFF }).count
    }

    /// Of 4096 random numbers of 32 bits two agree once in 500 captures; of 40, never.
    private static let least = 4096 - 40

    @Test func `networks that change together do not cancel out`() {
        let keys = (0..<4096).map { number -> FlowKey in
            let network = UInt64(number) << 20 | 1 << 63
            return FlowKey(
                lower: IPAddress(high: network, low: 1),
                upper: IPAddress(high: network ^ 0xFFFF, low: 2), ports: 40_000 << 16 | 443)
        }
        #expect(distinct(keys) >= Self.least)
    }

    @Test func `no address makes a product zero`() {
        // What a multiplier known from the source would have made 0 or 1.
        for upper: UInt64 in [0, 1, 0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9] {
            let keys = (0..<4096).map { number in
                FlowKey(
                    lower: IPAddress(high: UInt64(number) << 16, low: UInt64(number)),
                    upper: IPAddress(high: upper, low: upper), ports: 0)
            }
            #expect(distinct(keys) >= Self.least)
        }
    }

    @Test func `ports and hosts of one network are spread`() {
        let ports = (0..<4096).map { port in
            FlowKey(
                lower: IPAddress(ipv4: 0x0A00_0001), upper: IPAddress(ipv4: 0x0A00_0002),
                ports: UInt32(port) << 16 | 443)
        }
        let hosts = (0..<4096).map { host in
            FlowKey(
                lower: IPAddress(ipv4: 0x0A00_0000 + UInt32(host)),
                upper: IPAddress(ipv4: 0xC000_0201), ports: 40_000 << 16 | 443)
        }
        #expect(distinct(ports) >= Self.least)
        #expect(distinct(hosts) >= Self.least)
    }
}
