internal import Glibc

/// Counters of this host's TCP that tell what a close left on the wire: `Tcp` of
/// /proc/thread-self/net/snmp and `TcpExt` of netstat beside it
/// (Documentation/networking/snmp_counter.rst of Linux). They count all programs of the thread's
/// network namespace.
struct TCPCounters: Equatable, Sendable {
    /// Segments sent with RST.
    var outRsts: Int64
    /// ESTABLISHED or CLOSE-WAIT straight to CLOSED.
    var estabResets: Int64
    /// Closed with unread data: RST at once.
    var abortOnClose: Int64
    /// Data came after the close, or linger 0.
    var abortOnData: Int64

    /// `nil` where the kernel does not show them.
    static func read() -> TCPCounters? {
        guard let tcp = table("/proc/thread-self/net/snmp", "Tcp:"),
            let extended = table("/proc/thread-self/net/netstat", "TcpExt:"),
            let outRsts = tcp["OutRsts"], let estabResets = tcp["EstabResets"]
        else { return nil }
        return TCPCounters(
            outRsts: outRsts, estabResets: estabResets,
            abortOnClose: extended["TCPAbortOnClose"] ?? 0,
            abortOnData: extended["TCPAbortOnData"] ?? 0)
    }

    static func - (later: TCPCounters, earlier: TCPCounters) -> TCPCounters {
        TCPCounters(
            outRsts: later.outRsts - earlier.outRsts,
            estabResets: later.estabResets - earlier.estabResets,
            abortOnClose: later.abortOnClose - earlier.abortOnClose,
            abortOnData: later.abortOnData - earlier.abortOnData)
    }

    var summary: String {
        "OutRsts +\(outRsts), EstabResets +\(estabResets), TCPAbortOnClose +\(abortOnClose), "
            + "TCPAbortOnData +\(abortOnData)"
    }

    /// Two lines with that prefix: the names, then the values.
    private static func table(_ path: String, _ prefix: String) -> [String: Int64]? {
        let lines = contents(path).split(separator: "\n").filter { $0.hasPrefix(prefix) }
        guard lines.count == 2 else { return nil }
        let names = lines[0].split(separator: " ").dropFirst().map(String.init)
        let values = lines[1].split(separator: " ").dropFirst().map { Int64($0) ?? 0 }
        return Dictionary(zip(names, values)) { first, _ in first }
    }

    private static func contents(_ path: String) -> String {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while all.count < 256 * 1024 {
            let count = unsafe Glibc.read(file, &buffer, buffer.count)
            if count <= 0 { break }
            all += buffer.prefix(count)
        }
        return String(decoding: all, as: UTF8.self)
    }
}
