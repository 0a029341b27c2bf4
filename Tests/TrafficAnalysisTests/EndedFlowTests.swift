import Testing

@testable import TrafficAnalysis

/// Which flows that are over are kept for late packets: all for some seconds, unless very many end.
struct EndedFlowTests {
    /// `count` connections that open and close within a second, from `start` on.
    private func addCrowd(_ count: Int, to capture: TestCapture, at start: Double) {
        for number in 0..<count {
            let time = start + Double(number) / Double(count) * 0.9
            let connection = capture.connection(port: 10_000 + UInt16(number), client: 2)
            connection.open(at: time)
            connection.exchange(at: time + 0.01, asked: 20, answered: 30)
            connection.closeBoth(at: time + 0.05, by: .client)
        }
    }

    @Test
    func `when many end at once those that ended first are given back, and nothing found changes`()
    {
        let crowd = CaptureAnalysis.mostEnded + 2000
        let capture = TestCapture()
        addCrowd(crowd, to: capture, at: 0)
        let (kept, given) = (capture.report(), capture.report(keepsFlows: false))
        #expect(kept.flowRecords == crowd)
        // Those that are open at one time are some hundred.
        #expect(given.flowRecords < CaptureAnalysis.mostEnded + 1000)
        #expect(given.tcp == kept.tcp)
        #expect(given.findings == kept.findings)
        #expect(given.warnings == kept.warnings)
    }

    @Test func `fewer wait for late packets`() {
        let crowd = CaptureAnalysis.mostEnded - 500
        let capture = TestCapture()
        addCrowd(crowd, to: capture, at: 0)
        #expect(capture.report(keepsFlows: false).flowRecords == crowd)
    }

    @Test func `a flow that goes on after a reset stays, however many end`() {
        let capture = TestCapture()
        let connection = capture.connection(client: 1)
        connection.open(at: 0)
        connection.exchange(at: 0.1)
        connection.reset(at: 0.2, by: .server)
        connection.exchange(at: 1.4)
        addCrowd(CaptureAnalysis.mostEnded + 2000, to: capture, at: 1.5)
        // Of a flow that was given back it would be a late packet and no repeat.
        connection.sendAgain(at: 2.6, by: .server, count: 500)
        #expect(capture.report().tcp.retransmitted == 1)
        #expect(capture.report(keepsFlows: false).tcp.retransmitted == 1)
    }
}
