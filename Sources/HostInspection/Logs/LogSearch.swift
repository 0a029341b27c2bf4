import Casebook
internal import Glibc

/// Looks through logs for the texts that are known; made once for all logs of a run.
public struct LogSearch: Sendable {
    /// Reading failed; `code` is an `errno`.
    public struct Fault: Error, Hashable, Sendable {
        public var path: String
        public var code: Int32
    }

    /// Read at a time.
    private static let chunkSize = 1 << 20

    public let targets: [LogTarget]
    private let patterns: [LogPattern]

    /// Signatures whose pattern is faulty are left out; `case lint` tells them.
    public init(_ targets: [LogTarget]) {
        let compiled = targets.compactMap { target in
            (try? target.signature.compiled()).map { (target, $0) }
        }
        self.targets = compiled.map(\.0)
        patterns = compiled.map(\.1)
    }

    /// Reads a log from its beginning to its end, `-` for standard input.
    ///
    /// - Parameters:
    ///   - now: nanoseconds since 1970, for times without a year.
    ///   - goOn: asked after each piece with the bytes read so far; `false` ends the reading.
    public func read(
        _ path: String, source: String, now: Int64, goOn: (Int) -> Bool = { _ in true }
    ) throws(Fault) -> LogReport {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Fault(path: path, code: errno) }
        defer { if path != "-" { close(descriptor) } }
        var scan = LogScan(patterns, clock: LogClock(now: now))
        var chunk = [UInt8](repeating: 0, count: Self.chunkSize)
        var cutShort: String?
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                let code = errno
                if code == EINTR, goOn(scan.totals.bytes) { continue }
                if code != EINTR { throw Fault(path: path, code: code) }
                cutShort = "interrupted"
                break
            }
            if count == 0 { break }
            unsafe chunk.withUnsafeBytes {
                unsafe scan.read(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
            if !goOn(scan.totals.bytes) {
                cutShort = "interrupted"
                break
            }
        }
        return report(&scan, name: path, source: source, cutShort: cutShort)
    }

    /// Looks through lines that some other program or the kernel gave.
    ///
    /// - Parameter text: lines, each beginning with seconds since 1970 where its time is known.
    public func read(
        lines text: [UInt8], name: String, source: String, now: Int64,
        coverage: LogReport.Coverage = .unknown, cutShort: String? = nil
    ) -> LogReport {
        var scan = LogScan(patterns, clock: LogClock(now: now))
        scan.read(text)
        var report = report(&scan, name: name, source: source, cutShort: cutShort)
        report.coverage = coverage
        return report
    }

    private func report(
        _ scan: inout LogScan, name: String, source: String, cutShort: String?
    ) -> LogReport {
        scan.finish()
        let matches = zip(targets, scan.hits).compactMap { target, hit in
            hit.count > 0 ? LogReport.Match(target: target, hit: hit) : nil
        }
        return LogReport(
            name: name == "-" ? "standard input" : name, totals: scan.totals, matches: matches,
            targets: targets.count, cutShort: cutShort, source: source)
    }
}
