/// Whether sock_diag can be asked for TCP without making the kernel load a module.
///
/// A request for a protocol whose module is missing runs modprobe (`inet_diag_lock_handler`,
/// `net/ipv4/inet_diag.c`), as `ss` does; a tool that changes nothing must know before it asks.
enum DiagnosticsModule {
    /// `nil`: asking loads nothing.
    static func obstacle(_ reader: HostReader, kernel: String) -> Obstacle? {
        guard !isLoaded(reader), !cannotLoad(reader), !isBuiltIn(reader, kernel) else { return nil }
        return Obstacle(
            .unsupported, "tcp_info",
            "the kernel module tcp_diag is not loaded, and we load none (`ss -ti` would)")
    }

    private static func isLoaded(_ reader: HostReader) -> Bool {
        HostFile.names(reader.path("/sys/module/tcp_diag")).value != nil
    }

    /// No module support, modules switched off, or no program to load them.
    private static func cannotLoad(_ reader: HostReader) -> Bool {
        if HostFile.bytes(reader.path("/proc/modules")).obstacle?.reason == .missing,
            HostFile.names(reader.path("/proc/self")).value != nil
        {
            return true
        }
        let disabled = HostFile.number(reader.path("/proc/sys/kernel/modules_disabled"))
        let loader = HostFile.text(reader.path("/proc/sys/kernel/modprobe"), limit: 4096)
        return disabled.value == 1 || loader.value.map { $0.allSatisfy(\.isWhitespace) } == true
    }

    private static func isBuiltIn(_ reader: HostReader, _ kernel: String) -> Bool {
        let list = HostFile.text(reader.path("/lib/modules/\(kernel)/modules.builtin"))
        if list.value?.contains("/tcp_diag.ko") == true { return true }
        let configuration = HostFile.text(reader.path("/boot/config-\(kernel)"))
        if configuration.value?.contains("\nCONFIG_INET_TCP_DIAG=y") == true { return true }
        return kernelHasSymbol(reader)
    }

    /// A container sees neither file; the kernel's list of symbols is long, but always there.
    private static func kernelHasSymbol(_ reader: HostReader) -> Bool {
        var found = false
        let wanted = Array(" tcp_diag_dump".utf8)
        _ = HostFile.forEachLine(reader.path("/proc/kallsyms"), limit: 64 << 20) { line in
            // A module's symbols end in `[module]`.
            guard line.count > wanted.count, line.last != UInt8(ascii: "]") else { return true }
            found = line.suffix(wanted.count).elementsEqual(wanted)
            return !found
        }
        return found
    }
}
