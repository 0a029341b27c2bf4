import Casebook
import Testing

@testable import TrafficAnalysis

/// What a capture shows that was never on the wire, and what was damaged on it.
struct ArtefactFindingTests {
    private func transfer(
        client: TestSegment.Checksum = .right, server: TestSegment.Checksum = .right
    ) -> TestCapture {
        let capture = TestCapture()
        for index in 0..<6 {
            let connection = capture.connection(port: UInt16(30_000 + index))
            connection.checksum = [client, server]
            connection.open(at: Double(index))
            connection.exchange(at: Double(index) + 0.1)
        }
        return capture
    }

    @Test func `checksums that the capturing host left to its network card`() {
        let (sent, received) = ("artefact.bad-checksum-sent-only", "ip.bad-checksum-received")
        for kind in [TestSegment.Checksum.pseudoHeader, .zero] {
            #expect(transfer(client: kind).state(sent) == .present)
            #expect(transfer(client: kind).state(received) == .absent)
        }
        #expect(transfer().state(sent) == .absent)
        // Both sides': the file was rewritten, or captured before any card.
        #expect(transfer(client: .pseudoHeader, server: .pseudoHeader).state(sent) == nil)
        #expect(transfer(client: .wrong).state(received) == .absent)
        #expect(TestCapture().state(sent) == nil)
    }

    @Test func `a packet that was damaged on the way is sent again`() {
        let capture = transfer()
        let connection = capture.connection(port: 31_000)
        connection.open(at: 10)
        for index in 0..<20 {
            let time = 10.1 + Double(index) * 0.5
            connection.checksum[1] = index % 10 == 5 ? .wrong : .right
            connection.send(at: time, by: .server, count: 1000)
            connection.checksum[1] = .right
            if index % 5 == 0 { connection.sendAgain(at: time + 0.3, by: .server, count: 1000) }
            connection.acknowledge(at: time + 0.31, by: .client)
        }
        let finding = capture.finding("ip.bad-checksum-received")
        #expect(finding?.state == .present)
        #expect(finding?.count == 2)
        #expect(capture.state("artefact.bad-checksum-sent-only") == .absent)
    }

    private func bulk(segment: Int, mss: UInt16 = 1460) -> TestCapture {
        let capture = TestCapture()
        let connection = capture.connection(mss: mss)
        connection.open(at: 0)
        for index in 0..<5 {
            connection.send(at: 0.1 + Double(index) * 0.01, by: .server, count: segment)
            connection.acknowledge(at: 0.105 + Double(index) * 0.01, by: .client)
        }
        return capture
    }

    @Test func `segments larger than the receiver takes`() {
        let id = "artefact.oversized-segments"
        let merged = bulk(segment: 14_600).finding(id)
        #expect(merged?.state == .present)
        #expect(merged?.measure?.value == 14_600)
        #expect(bulk(segment: 1460).state(id) == .absent)
        #expect(bulk(segment: 8900, mss: 8960).state(id) == .absent)
        #expect(bulk(segment: 100).state(id) == nil)
    }
}
