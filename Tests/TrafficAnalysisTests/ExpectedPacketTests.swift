import Casebook
import Testing

@testable import TrafficAnalysis

/// Who is told of packets before they come finds the same.
struct ExpectedPacketTests {
    @Test func `asking for the memory of packets that come changes nothing`() {
        let capture = TestCapture()
        for number in 0..<6000 {
            let (start, port) = (Double(number) / 600, 10_000 + UInt16(number % 500))
            let connection = capture.connection(port: port, client: UInt8(2 + number / 500))
            connection.open(at: start)
            connection.exchange(at: start + 1, asked: 20, answered: 30)
            if number % 3 > 0 { connection.closeBoth(at: start + 2, by: .client) }
        }
        let (plain, told) = (
            capture.report(keepsFlows: false), capture.report(keepsFlows: false, expects: true)
        )
        #expect(plain.flowRecords > 2000)
        #expect(told.flowRecords == plain.flowRecords)
        #expect(told.tcp == plain.tcp)
        #expect(told.findings == plain.findings)
    }
}
