import CasebookFiles
import Testing

@Suite struct TapeArchiveTests {
    private func entry(_ path: String, _ text: String) -> TapeArchive.Entry {
        TapeArchive.Entry(path: path, bytes: Array(text.utf8))
    }

    @Test func `what is written is read again, whatever its size`() throws {
        for size in [0, 1, 511, 512, 513, 100_000] {
            let entries = [
                entry("tls/a/case.md", String(repeating: "x", count: size)),
                entry("tls/b/case.md", "y"),
            ]
            let bytes = try TapeArchive.write(entries)
            #expect(bytes.count.isMultiple(of: 512) && TapeArchive.isArchive(bytes))
            #expect(try TapeArchive.read(bytes) == entries)
            #expect(try TapeArchive.write(entries) == bytes)
        }
    }

    @Test func `long paths are cut at a slash, and refused where none fits`() throws {
        let long = String(repeating: "a", count: 90)
        let entries = [entry("\(long)/\(long)/case.md", "x")]
        #expect(try TapeArchive.read(try TapeArchive.write(entries)) == entries)
        let name = String(repeating: "a", count: 101)
        #expect(throws: TapeArchive.Fault.self) { try TapeArchive.write([entry(name, "x")]) }
    }

    @Test func `every beginning of an archive is refused`() throws {
        let bytes = try TapeArchive.write([
            entry("tls/a/case.md", "x"), entry("tls/b/case.md", "y"),
        ])
        for count in stride(from: 0, to: bytes.count - 1_024, by: 97) {
            #expect(throws: TapeArchive.Fault.self) { try TapeArchive.read(Array(bytes[..<count])) }
        }
    }

    /// A seeded walk over damaged archives: nothing may trap, and no name may lead out.
    @Test func `damaged archives are refused or read, never a trap`() throws {
        let whole = try TapeArchive.write([
            entry("tls/a/case.md", "x"), entry("tls/b/case.md", "y"),
        ])
        var random = SplitMix(state: 7)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let read = (try? TapeArchive.read(bytes)) ?? []
            #expect(read.allSatisfy { !$0.path.hasPrefix("/") && !$0.path.contains("../") })
        }
    }
}
