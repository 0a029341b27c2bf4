import Casebook
import Foundation
import Testing
import TrafficAnalysis

/// A capture that missed packets (a full buffer, a port that mirrors too much) accuses nobody.
struct MissingPacketTests {
    private static let captures = [
        "healthy-haproxy-https-checks.pcap", "healthy-http-keepalive.pcapng",
        "healthy-nginx-curl-tls13.pcap", "healthy-nginx-tls-silent-client.pcap",
        "healthy-tls12-resumption.pcap", "healthy-tls13-resumption.pcap",
    ]

    private static func present(_ report: CaptureReport) -> Set<String> {
        Set(report.findings.filter { $0.state == .present }.map(\.id.description))
    }

    @Test(arguments: captures, [1, 3])
    func `packets that were not captured make no finding`(_ name: String, count: Int) throws {
        let capture = fixtures.appendingPathComponent("captures/\(name)").path
        let whole = try analyse(capture)
        let found = Self.present(whole)
        #expect(whole.packets > 80)
        for first in 1...whole.packets {
            let rest = try analyse(capture, missing: first..<(first + count))
            let more = Self.present(rest).subtracting(found)
                .filter { !$0.hasPrefix("capture.quality.") }
            #expect(more.isEmpty, "without \(first) and \(count - 1) more: \(more.sorted())")
        }
    }

    @Test func `a capture of one direction does not say what was not answered`() throws {
        let capture = TestCapture()
        for number in 0..<6 {
            let connection = capture.connection(port: 40_000 + UInt16(number))
            let start = Double(number)
            connection.syn(at: start)
            connection.acknowledge(at: start + 0.01, by: .client)
            connection.send(at: start + 0.02, by: .client, count: 200)
            connection.reset(at: start + 0.2, by: .client)
        }
        #expect(capture.state("tcp.reset-by-client") == nil)
        #expect(capture.state("tcp.cancel-at-fixed-delay") == nil)
    }
}
