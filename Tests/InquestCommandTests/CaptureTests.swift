import Foundation
import Testing
import Triage

@Suite struct CaptureTests {
    @Test func `the JSON of a capture has the keys of the contract in their order`() throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture, "--json"])
        #expect(outcome.status == 0)
        let node = try document(outcome.output)
        #expect(
            node.keys == [
                "schema", "file", "format", "link_types", "packets", "bytes", "truncated_packets",
                "first", "last", "undecoded_packets", "cut_short", "tcp", "tls", "findings",
                "warnings",
            ])
        #expect(node["file"]?.string == Inquest.heldCapture)
        #expect(node["packets"]?.number == 132)
    }

    @Test func `flows come one a line with the keys of the contract in their order`() throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture, "--flows"])
        let flows = try documents(outcome.output)
        #expect(flows.count == outcome.lines.count)
        #expect(flows.count == 8)
        for (number, flow) in flows.enumerated() {
            #expect(flow["flow"]?.number == Double(number))
            #expect(
                flow.keys == [
                    "schema", "file", "flow", "community_id", "first", "last", "client", "server",
                    "client_is", "packets", "payload_bytes", "syn", "fin", "rst", "retransmitted",
                    "out_of_order", "duplicate_acks", "zero_windows", "ttl", "mac", "vlan",
                    "history", "state", "tls", "fast_retransmitted", "spuriously_retransmitted",
                    "keep_alives", "gaps", "window_full", "opening", "options",
                    "changed_options", "handshake_rtt_ms", "rtt", "timestamp_rtt",
                    "largest_flight",
                ])
        }
        #expect(
            flows[1]["tls"]?.keys == [
                "client_hellos", "server_hellos", "sni", "version", "alpn", "offered_resumption",
                "resumed", "alerts", "server_hello_after_ms", "close", "ja4", "history",
                "offered_forms", "resumed_by", "certificates",
            ])
    }

    @Test func `a held handshake is drawn`() throws {
        let outcome = try Inquest.run(["capture", Inquest.heldCapture])
        #expect(outcome.output.contains("flow 3 silent     |....."))
        #expect(outcome.output.contains("flow 4 waited     |"))
    }

    @Test func `standard input is a capture like any other`() throws {
        let bytes = try #require(FileManager.default.contents(atPath: Inquest.heldCapture))
        let outcome = try Inquest.run(["capture", "-", "--json"], input: Array(bytes))
        let node = try document(outcome.output)
        #expect(node["file"]?.string == "-")
        #expect(node["packets"]?.number == 132)
    }

    @Test func `a cut-short capture is read as far as it goes and warned about`() throws {
        let bytes = try #require(FileManager.default.contents(atPath: Inquest.heldCapture))
        let outcome = try Inquest.run(
            ["capture", "-", "--json"], input: Array(bytes.prefix(10_000)))
        #expect(outcome.status == 0)
        let node = try document(outcome.output)
        #expect(node["cut_short"]?.bool == true)
        let warnings = node["warnings"]?.array?.compactMap { $0["id"]?.string } ?? []
        #expect(warnings.contains("capture.quality.cut-short"))
    }

    @Test func `one bad file among several does not hide the others`() throws {
        let outcome = try Inquest.run([
            "capture", "/nowhere.pcap", Inquest.heldCapture, "--ndjson",
        ])
        #expect(outcome.status == 66)
        let nodes = try documents(outcome.output)
        #expect(
            nodes.compactMap { $0["schema"]?.string } == ["inquest.error/1", "inquest.capture/1"])
        #expect(outcome.error.contains("/nowhere.pcap"))
    }

    @Test func `a capture without TCP is looked at and found empty of it`() throws {
        let udp: [UInt8] = [
            0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 53, 0, 53, 0, 8,
            0, 0,
        ]
        let outcome = try Inquest.run(["capture", "-", "--json"], input: Packets.pcap([udp]))
        #expect(outcome.status == 0)
        #expect(try document(outcome.output)["tcp"]?["flows"]?.number == 0)
        let diagnosis = try Inquest.run(["diagnose", "--capture", "-"], input: Packets.pcap([udp]))
        #expect(diagnosis.status == 2)
    }

    @Test func `^C tells what was seen until then and ends with 130`() async throws {
        let bytes = try #require(FileManager.default.contents(atPath: Inquest.heldCapture))
        for arguments in [["capture", "-", "--json"], ["diagnose", "--capture", "-", "--json"]] {
            let running = try Running(
                Inquest.binary, arguments, environment: [:], folder: Inquest.temporaryFolder())
            running.feed(Array(bytes.prefix(9_000)))
            // The pipe stays open: the program waits for more.
            try await Task.sleep(for: .seconds(1))
            running.interrupt()
            let outcome = running.wait()
            #expect(outcome.status == 130)
            #expect(try document(outcome.output)["truncated"]?.bool == true)
        }
    }
}
