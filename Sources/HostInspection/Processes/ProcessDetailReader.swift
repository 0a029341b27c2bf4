/// Reads what takes several files to know of one process.
struct ProcessDetailReader {
    private static let argumentLimit = 64
    private static let argumentSize = 256

    let reader: HostReader
    let pid: Int32

    /// - Parameters:
    ///   - descriptors: counted already when the owners of sockets were looked for.
    ///   - isDeep: whether threads and mapped libraries are read, too (slower).
    func detail(descriptors: Observed<UInt64>, isDeep: Bool) -> ProcessDetail {
        let limits = reader.wholeText("/proc/\(pid)/limits", limit: 16 << 10)
        let skipped = Obstacle(.needsScope, "process \(pid)", "--process \(pid)")
        return ProcessDetail(
            commandLine: commandLine(), userID: userID(), descriptors: descriptors,
            descriptorLimit: limits.flatMap { limit("Max open files", in: $0) },
            processLimit: limits.flatMap { limit("Max processes", in: $0) },
            threads: isDeep
                ? ThreadReader(reader: reader, pid: pid).threads() : .unknown(skipped),
            tlsLibraries: isDeep ? tlsLibraries() : .unknown(skipped),
            cgroups: cgroups())
    }

    private func commandLine() -> Observed<[String]> {
        // A command line may have 2 MiB; the kernel makes only the part that is asked for.
        let path = reader.path("/proc/\(pid)/cmdline")
        return HostFile.prefix(path, Self.argumentLimit * Self.argumentSize).map { bytes in
            bytes.split(
                separator: 0, maxSplits: Self.argumentLimit, omittingEmptySubsequences: true
            )
            .prefix(Self.argumentLimit)
            .map { String(decoding: $0.prefix(Self.argumentSize), as: UTF8.self) }
        }
    }

    private func userID() -> Observed<UInt32> {
        let path = "/proc/\(pid)/status"
        return reader.wholeText(path, limit: 64 << 10).flatMap { text in
            let line = text.split(separator: "\n").first { $0.hasPrefix("Uid:") }
            guard let word = line?.split(whereSeparator: \.isWhitespace).dropFirst().first,
                let user = UInt32(word)
            else { return .unknown(Obstacle(.malformed, reader.path(path), "no Uid")) }
            return .known(user)
        }
    }

    /// The soft limit, as proc_pid_limits(5) prints it: name, soft, hard, unit.
    private func limit(_ name: String, in text: String) -> Observed<UInt64?> {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let word = line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first
        if word == "unlimited" { return .known(nil) }
        guard let number = word.flatMap({ UInt64($0) }) else {
            return .unknown(Obstacle(.malformed, reader.path("/proc/\(pid)/limits"), name))
        }
        return .known(number)
    }

    private func tlsLibraries() -> Observed<[String]> {
        let path = reader.path("/proc/\(pid)/maps")
        var names: Set<String> = []
        let obstacle = HostFile.forEachLine(path, limit: 32 << 20) { line in
            guard let slash = line.lastIndex(of: UInt8(ascii: "/")) else { return true }
            let name = line[(slash + 1)...]
            if Self.isTLSLibrary(name) {
                names.insert(String(decoding: name.prefix(128), as: UTF8.self))
            }
            return names.count < 32
        }
        return obstacle.map(Observed.unknown) ?? .known(names.sorted())
    }

    private static let libraryPrefixes: [[UInt8]] = [
        "libssl.", "libssl3.", "libcrypto.", "libgnutls.", "libmbedtls.", "libwolfssl.",
        "libnss3.", "libssl-",
    ].map { Array($0.utf8) }

    private static func isTLSLibrary(_ name: ArraySlice<UInt8>) -> Bool {
        libraryPrefixes.contains { name.starts(with: $0) }
    }

    /// Lines `ID:CONTROLLERS:PATH` (cgroups(7)); version 2 has no controllers.
    private func cgroups() -> Observed<[String: String]> {
        reader.wholeText("/proc/\(pid)/cgroup", limit: 64 << 10).map { text in
            var paths: [String: String] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(
                    separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { continue }
                for name in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
                    paths[String(name)] = String(parts[2])
                }
            }
            return paths
        }
    }
}
