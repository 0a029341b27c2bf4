import Casebook
import Foundation
import Testing
import TrafficAnalysis

/// Of packets that a snap length cut, less is known; nothing else is.
struct SnapLengthTests {
    /// The project's own captures: of every case, and those that no case may claim.
    private static let captures: [String] = {
        let root = fixtures.deletingLastPathComponent().deletingLastPathComponent()
        let folders = [
            root.appendingPathComponent("casebook"), fixtures.appendingPathComponent("captures"),
        ]
        let files = folders.flatMap {
            FileManager.default.enumerator(at: $0, includingPropertiesForKeys: nil)?
                .compactMap { $0 as? URL } ?? []
        }
        return files.filter {
            ["pcap", "pcapng"].contains($0.pathExtension) && !$0.path.contains("/public/")
        }.map(\.path).sorted()
    }()

    /// Linux cooked v2 takes 20 bytes, so that 68 leave no byte of payload; and its port is none of
    /// TLS: a ClientHello is a request as any other.
    private static let headersOnly = "/held-python-server.pcap"

    private static func present(_ report: CaptureReport) -> Set<String> {
        Set(report.findings.filter { $0.state == .present }.map(\.id.description))
    }

    @Test(arguments: [68, 96, 128, 256])
    func `what was cut off makes no finding`(snapLength: Int) throws {
        #expect(Self.captures.count > 60)
        for capture in Self.captures {
            let whole = Self.present(try analyse(capture))
            var more = Self.present(try analyse(capture, snapLength: snapLength))
                .subtracting(whole)
                .filter { !$0.hasPrefix("capture.quality.") }
            if snapLength == 68, capture.hasSuffix(Self.headersOnly) {
                #expect(more.remove("capture.tcp.requests-answered-late") != nil)
            }
            #expect(more.isEmpty, "\(capture): \(more.sorted())")
        }
    }

    @Test func `what cannot be read is not called absent`() throws {
        let capture = fixtures.appendingPathComponent("captures/healthy-nginx-curl-tls13.pcap").path
        let ids: Set = [
            "capture.tcp.reset-by-client", "capture.tcp.reset-by-server-after-request",
            "capture.tcp.reset-midstream", "capture.tcp.reset-cuts-data",
        ]
        let whole = try analyse(capture).findings.filter { ids.contains($0.id.description) }
        #expect(whole.count == ids.count && whole.allSatisfy { $0.state == .absent })
        let cut = try analyse(capture, snapLength: 68).findings
        #expect(!cut.contains { ids.contains($0.id.description) })
    }

    @Test(arguments: [80, 96, 128])
    func `what TCP alone shows is found all the same`(snapLength: Int) throws {
        let ids: Set = [
            "capture.tcp.syn-unanswered", "capture.tcp.syn-refused", "capture.tcp.silent-open",
            "capture.tcp.zero-window", "capture.tcp.reset-ttl-foreign",
            "capture.tcp.sender-uses-two-next-hops", "capture.tcp.large-lost-small-pass",
        ]
        var found = 0
        for capture in Self.captures {
            let whole = Self.present(try analyse(capture)).intersection(ids)
            let cut = Self.present(try analyse(capture, snapLength: snapLength))
            #expect(cut.isSuperset(of: whole), "\(capture): \(whole.subtracting(cut))")
            found += whole.count
        }
        #expect(found > 10)
    }
}
