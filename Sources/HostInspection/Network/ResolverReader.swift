/// Reads resolv.conf(5): of this host, of the named namespace, or of the process in scope.
struct ResolverReader {
    let reader: HostReader
    let scope: HostScope

    func configuration() -> Observed<ResolverConfiguration> {
        for path in candidates.dropLast() {
            if let text = reader.text(path, limit: 64 << 10).value {
                return .known(Self.configuration(text))
            }
        }
        return reader.text(candidates.last ?? "", limit: 64 << 10).map(Self.configuration)
    }

    /// ip-netns(8) mounts the namespace's own file; a container has a root of its own.
    private var candidates: [String] {
        var paths = ["/etc/resolv.conf"]
        if case .pid(let pid) = scope.process {
            paths.insert("/proc/\(pid)/root/etc/resolv.conf", at: 0)
        }
        switch scope.networkNamespace {
        case .name(let name): paths.insert("/etc/netns/\(name)/resolv.conf", at: 0)
        case .process(let pid): paths.insert("/proc/\(pid)/root/etc/resolv.conf", at: 0)
        case .own: break
        }
        return paths
    }

    static func configuration(_ text: String) -> ResolverConfiguration {
        var configuration = ResolverConfiguration()
        for line in text.split(separator: "\n").prefix(1000) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let key = words.first, !key.hasPrefix("#"), !key.hasPrefix(";") else { continue }
            let values = words.dropFirst().map { String($0.prefix(255)) }
            switch key {
            case "nameserver": configuration.nameservers += values.prefix(1)
            // The last of `domain` and `search` counts.
            case "domain": configuration.search = Array(values.prefix(1))
            case "search": configuration.search = Array(values.prefix(256))
            case "options": for value in values { read(option: value, into: &configuration) }
            default: break
            }
        }
        configuration.nameservers = Array(configuration.nameservers.prefix(16))
        return configuration
    }

    /// The library caps these (`RES_MAXNDOTS` and others).
    private static func read(option: String, into configuration: inout ResolverConfiguration) {
        let parts = option.split(separator: ":")
        guard parts.count == 2, let number = Int(parts[1]), number >= 0 else { return }
        switch parts[0] {
        case "ndots": configuration.ndots = min(number, 15)
        case "timeout": configuration.timeout = min(number, 30)
        case "attempts": configuration.attempts = min(number, 5)
        default: break
        }
    }
}
