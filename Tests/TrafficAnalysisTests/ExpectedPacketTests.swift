import Casebook
import Dissection
import Testing

@testable import TrafficAnalysis

/// Who is told of packets before they come finds the same.
struct ExpectedPacketTests {
    @Test func `few flows are not worth the asking`() {
        let frame = TestSegment(
            source: 1, target: 2, sourcePort: 40_000, targetPort: 80, flags: 2, sequence: 1, ack: 0,
            window: 100
        ).frame
        var analysis = CaptureAnalysis(file: "test", keepsFlows: false)
        var worthIt: [Bool] = []
        worthIt.append(analysis.expect(frame.span.bytes, link: .ethernet))
        analysis.expected.leastFlows = 1
        worthIt.append(analysis.expect(frame.span.bytes, link: .ethernet))
        analysis.packet(
            frame.span.bytes, number: 1, time: 0, wireLength: frame.count, link: .ethernet)
        worthIt.append(analysis.expect(frame.span.bytes, link: .ethernet))
        #expect(worthIt == [false, false, true])
        // The one shown is looked for by its hash; with the next, its flow is found.
        var expected = analysis.expected
        #expect(expected.hash != nil && expected.flow == nil)
        _ = analysis.expect(frame.span.bytes, link: .ethernet)
        expected = analysis.expected
        #expect(expected.flow == 0)
    }

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
