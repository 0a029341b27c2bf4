import Casebook
import Foundation
import Testing

@testable import CasebookStore

/// What replays have shown, kept between runs.
@Suite struct ReplayCacheTests {
    private let folder = NSTemporaryDirectory() + "replays-" + UUID().uuidString
    private let evidence = [
        Evidence(id: "capture.tcp.x", kind: .finding, state: .present, source: "capture:é.pcap"),
        Evidence(id: "ping-works", kind: .symptom, state: .absent, source: "operator"),
        Evidence(id: "host.y", kind: .finding, state: .unknown, source: "host:a"),
    ]

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    /// A new file.
    private func file(_ name: String, _ text: String) throws -> String {
        let path = folder + "/" + name
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A file that nobody touches while the tests run.
    private let steady = "/etc/passwd"

    private func kept(_ key: String = "k") throws -> (path: String, stamp: ReplayCache.Stamp) {
        let path = folder + "/sub/cache"
        var cache = ReplayCache(path: path, key: key)
        let stamp = try #require(ReplayCache.Stamp(path: steady))
        cache.keep(evidence, of: steady, stamp)
        cache.save(onlyUsed: true)
        return (path, stamp)
    }

    @Test func `what was kept comes back, whoever asks next`() throws {
        let (path, stamp) = try kept()
        var cache = ReplayCache(path: path, key: "k")
        #expect(cache.evidence(of: steady, stamp) == evidence)
        #expect(cache.evidence(of: "/elsewhere", stamp) == nil)
    }

    @Test func `another key, a changed file and a damaged cache know nothing`() throws {
        let (path, stamp) = try kept()
        var other = ReplayCache(path: path, key: "other")
        #expect(other.evidence(of: steady, stamp) == nil)
        var cache = ReplayCache(path: path, key: "k")
        let changed = try #require(ReplayCache.Stamp(path: "/etc/hosts"))
        #expect(cache.evidence(of: steady, changed) == nil)
        let bytes = try #require(FileManager.default.contents(atPath: path))
        for place in 0..<bytes.count {
            var damaged = bytes
            damaged[place] ^= 0x55
            try damaged.write(to: URL(filePath: path))
            var cache = ReplayCache(path: path, key: "k")
            #expect(cache.evidence(of: steady, stamp) == nil)
            try bytes.prefix(place).write(to: URL(filePath: path))
            var short = ReplayCache(path: path, key: "k")
            #expect(short.evidence(of: steady, stamp) == nil)
        }
    }

    @Test func `a file that has just changed is not trusted yet`() throws {
        #expect(ReplayCache.Stamp(path: try file("new.json", "{}")) == nil)
        #expect(ReplayCache.Stamp(path: folder) == nil)
        #expect(ReplayCache.Stamp(path: folder + "/none") == nil)
    }

    @Test func `a place that cannot be written does no harm`() throws {
        var cache = ReplayCache(path: steady + "/cache", key: "k")
        let stamp = try #require(ReplayCache.Stamp(path: steady))
        cache.keep(evidence, of: steady, stamp)
        cache.save(onlyUsed: false)
        #expect(cache.evidence(of: steady, stamp) == evidence)
    }

    @Test func `beyond its limits what was used longest ago is forgotten`() throws {
        let path = folder + "/replays-a"
        let stamp = try #require(ReplayCache.Stamp(path: steady))
        func keep(_ files: [String], asking: [String] = [], records: Int = 5, items: Int = 99) {
            var cache = ReplayCache(path: path, key: "k")
            cache.limits.records = records
            cache.limits.items = items
            for file in asking { #expect(cache.evidence(of: file, stamp) == evidence) }
            for file in files { cache.keep(evidence, of: file, stamp) }
            cache.save(onlyUsed: false)
        }
        func known() -> [String] {
            var cache = ReplayCache(path: path, key: "k")
            return "abcdefgh".map(String.init).filter { cache.evidence(of: $0, stamp) == evidence }
        }
        keep(["a", "b", "c"])
        keep(["d"], asking: ["a"])
        #expect(known() == ["a", "b", "c", "d"])
        keep(["e", "f"])
        #expect(known() == ["a", "b", "d", "e", "f"])
        keep(["g"], items: 9)
        #expect(known() == ["e", "f", "g"])
    }

    @Test func `of many casebooks the ones used last stay`() throws {
        let stamp = try #require(ReplayCache.Stamp(path: steady))
        for number in 0..<6 {
            let path = "\(folder)/replays-\(number)"
            var cache = ReplayCache(path: path, key: "k")
            cache.limits.files = 4
            cache.keep(evidence, of: steady, stamp)
            cache.save(onlyUsed: true)
            // As if an hour had passed each time.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1e9 + 3600 * Double(number))],
                ofItemAtPath: path)
            // Asking counts as use.
            if number == 3 { _ = ReplayCache(path: "\(folder)/replays-1", key: "k") }
        }
        try "mine".write(toFile: folder + "/notes", atomically: true, encoding: .utf8)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == ["notes", "replays-1", "replays-3", "replays-4", "replays-5"])
    }
}
