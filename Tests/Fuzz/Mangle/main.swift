import ArgumentParser
import Foundation

/// Reads one capture, damaged in many ways, in one process; `mangle.py` runs it over many.
struct Mangle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mangle",
        abstract: "Cut and change a capture at random places and analyse what is left.",
        discussion: """
            Prints the variants, those that could still be read, the packets in them, the digest of
            all results, the slowest variant in milliseconds and peak memory in KiB.
            """)

    @Argument(help: "A capture, or any other file.") var file: String
    @Option(help: "Variants of each kind of damage.") var count = 200
    @Option(help: "Of the random places.") var seed: UInt64 = 1
    @Option(help: "Write the variants here, one behind the other under one name.")
    var scratch = "/dev/shm/mangle-\(getpid())"
    @Flag(help: "Name each variant before it is read.") var verbose = false
    @Option(help: "Only this variant, as --verbose names it; its file stays.") var only: String?

    func run() throws {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: file)))
        let mangler = Mangler(original: bytes, seed: seed)
        var digest: UInt64 = 0
        var (read, packets, variants) = (0, 0, 0)
        var slowest = Duration.zero
        for damage in Mangler.Damage.allCases {
            for index in 0..<count {
                let name = "\(damage.rawValue)-\(index)"
                if let only, only != name { continue }
                if verbose {
                    try FileHandle.standardError.write(contentsOf: Data("\(name)\n".utf8))
                }
                try Data(mangler.variant(damage, index)).write(to: URL(filePath: scratch))
                let begin = ContinuousClock.now
                let reading = Reading(path: scratch)
                slowest = max(slowest, ContinuousClock.now - begin)
                digest = digest &* 31 &+ reading.digest
                read += reading.wasRead ? 1 : 0
                packets += reading.packets
                variants += 1
            }
        }
        if only == nil { try? FileManager.default.removeItem(atPath: scratch) }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let milliseconds = Int(slowest / .milliseconds(1))
        print(
            variants, read, packets, String(digest, radix: 16), milliseconds, usage.ru_maxrss)
    }
}

Mangle.main()
