import Casebook
import Testing

@testable import TrafficAnalysis

/// Rows for tables: handshakes and resets.
struct RowTests {
    private func rows(_ make: (TestCapture) -> Void) throws -> TrafficRows {
        let capture = TestCapture()
        make(capture)
        let kept = try #require(capture.report(rows: 100).rows)
        let lean = try #require(capture.report(rows: 100, keepsFlows: false).rows)
        #expect(kept.resets.rows.map(\.packet) == lean.resets.rows.map(\.packet))
        #expect(kept.tlsHandshakes.rows.map(\.flow) == lean.tlsHandshakes.rows.map(\.flow))
        return kept
    }

    @Test func `a handshake with its names`() throws {
        let list = try rows { capture in
            for index in 0..<2 {
                let connection = capture.connection(port: UInt16(5000 + index), to: 443)
                connection.open(at: Double(index))
                connection.send(at: Double(index) + 0.1, by: .client, TLSBytes.clientHello())
                connection.send(at: Double(index) + 0.2, by: .server, TLSBytes.serverHello())
                connection.closeBoth(at: Double(index) + 20, by: .client)
            }
        }.tlsHandshakes.rows
        #expect(list.map(\.flow) == [0, 1])
        #expect(list.map(\.packet) == [4, 9])
        #expect(list[0].tls.serverName == "shop.example")
        #expect(list[0].tls.version == "TLSv1.2")
        #expect(list[0].tls.serverHelloAfter == 100_000_000)
        #expect(list[0].tls.ja4 == list[1].tls.ja4)
        #expect(list[0].client.port == 5000)
    }

    @Test func `resets by shape`() throws {
        func reset(
            _ capture: TestCapture, _ time: Double, _ port: UInt16, _ sequence: UInt32,
            flags: UInt8 = TestSegment.rst
        ) {
            capture.add(
                time,
                TestSegment(
                    source: 80, target: 1, sourcePort: 80, targetPort: port, flags: flags,
                    sequence: sequence, ack: 1001, window: 0))
        }
        let list = try rows { capture in
            capture.connection(port: 1).syn(at: 0)
            reset(capture, 0.1, 1, 0, flags: TestSegment.rst | TestSegment.ack)
            let asked = capture.connection(port: 2)
            asked.open(at: 1)
            asked.send(at: 1.1, by: .client, count: 100)
            reset(capture, 1.12, 2, asked.next[1])
            let cut = capture.connection(port: 3)
            cut.open(at: 2)
            cut.send(at: 2.1, by: .server, count: 100)
            reset(capture, 2.2, 3, cut.next[1])
            let idle = capture.connection(port: 4)
            idle.open(at: 3)
            idle.exchange(at: 3.1)
            reset(capture, 9, 4, idle.next[1])
            let closed = capture.connection(port: 5)
            closed.open(at: 4)
            closed.close(at: 4.1, by: .server)
            closed.send(at: 4.2, by: .client, count: 10)
            reset(capture, 4.3, 5, closed.next[1])
        }.resets.rows
        let shapes = Dictionary(uniqueKeysWithValues: list.map { ($0.client.port, $0.shape) })
        #expect(
            shapes == [1: .refusal, 2: .answersData, 3: .cutsOwnData, 4: .idle, 5: .afterFINData])
        #expect(list.allSatisfy { !$0.byClient && $0.count == 1 })
        #expect(list.map(\.hasACK) == list.map { $0.client.port == 1 })
        #expect(list.first { $0.client.port == 2 }?.sincePeerData == 20_000_000)
    }
}
