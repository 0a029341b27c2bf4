import Foundation
import Testing

@testable import CaptureGeneration

/// What one run wrote.
struct Run {
    let capture: [UInt8]
    let manifest: Manifest
    let flows: [[String: Any]]

    init(_ change: (inout GeneratorOptions) -> Void = { _ in }) throws {
        var options = GeneratorOptions()
        options.limit = .flows(120)
        options.servers = 5
        change(&options)
        var generator = CaptureGenerator(options)
        var captureSink = MemorySink()
        var truthSink: MemorySink? = MemorySink()
        manifest = try generator.run(capture: &captureSink, truth: &truthSink)
        capture = captureSink.bytes
        let lines = (truthSink?.bytes ?? []).split(separator: UInt8(ascii: "\n"))
        flows = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line))
            return try #require(object as? [String: Any])
        }
    }

    /// The sum over all flows and both sides.
    func sum(_ key: String) throws -> Int {
        try flows.reduce(0) { total, flow in
            let pair = try #require(flow[key] as? [String: Int])
            return try total + #require(pair["client"]) + #require(pair["server"])
        }
    }
}

@Suite("Capture generator")
struct CaptureGeneratorTests {
    @Test func `The same seed gives the same bytes, another seed others`() throws {
        let first = try Run()
        #expect(try Run().capture == first.capture)
        #expect(try Run { $0.seed = 2 }.capture != first.capture)
    }

    @Test func `A connection does not depend on how many follow it`() throws {
        let long = try Run { $0.limit = .flows(60) }
        let short = try Run { $0.limit = .flows(20) }
        let name = { (flow: [String: Any]) in "\(flow["community_id"] ?? "") \(flow["first"] ?? "")"
        }
        #expect(Set(long.flows.map(name)).isSuperset(of: short.flows.map(name)))
    }

    @Test(arguments: [
        ("packets", Manifest.Count.packets), ("fin", .fin), ("rst", .rst),
        ("retransmitted", .retransmitted), ("out_of_order", .outOfOrder),
        ("duplicate_acks", .duplicateAcks), ("zero_windows", .zeroWindows),
        ("duplicate_frames", .duplicateFrames),
    ])
    func `The manifest is the sum of the truth`(key: String, count: Manifest.Count) throws {
        let run = try Run { $0.shares.faulty = 80 }
        #expect(try run.sum(key) == run.manifest[count])
        #expect(run.manifest[count] > 0)
        #expect(run.flows.count == run.manifest[.flows])
    }

    @Test func `The sides' payload, SYNs and hellos add up`() throws {
        let run = try Run { $0.shares.faulty = 80 }
        let manifest = run.manifest
        let payload = manifest[.payloadBytesClient] + manifest[.payloadBytesServer]
        #expect(try run.sum("payload_bytes") == payload)
        #expect(try run.sum("syn") == manifest[.syn] + manifest[.synAck])
        #expect(manifest[.rst] == manifest[.rstByClient] + manifest[.rstByServer])
        let bytes = try run.flows.reduce(0) { try $0 + #require($1["wire_bytes"] as? Int) }
        #expect(bytes == manifest[.wireBytes])
        #expect(manifest.frames == manifest[.packets])
        #expect(manifest.fileBytes == run.capture.count)
    }

    @Test func `Flows are told in the order of their first packets`() throws {
        let run = try Run { $0.shares.faulty = 60 }
        let first = run.flows.compactMap { $0["first"] as? String }
        #expect(first == first.sorted())
        #expect(run.flows.compactMap { $0["flow"] as? Int } == Array(0..<run.flows.count))
    }

    @Test func `Opening stops once enough packets are planned`() throws {
        let run = try Run { $0.limit = .packets(5000) }
        #expect((5000..<5600).contains(run.manifest.frames))
    }

    @Test func `No connections make a capture without packets`() throws {
        let run = try Run { $0.limit = .flows(0) }
        #expect(run.capture.count == 24)
        #expect(run.manifest.frames == 0)
    }
}
