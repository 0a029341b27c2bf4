extension HostScope.NetworkNamespace {
    /// Where `ip netns` keeps names (ip-netns(8)).
    private static let folder = "/run/netns"

    /// Whether it is there on the live host; we may still not be permitted to enter it.
    public var exists: Bool {
        guard let path = path(HostReader(root: HostRoot())) else { return true }
        switch self {
        case .own: return true
        case .name(let name): return Self.names().contains(name)
        // Only the process's owner may read the link itself.
        case .process: return HostFile.link(path).obstacle?.reason != .missing
        }
    }

    /// What `ip netns list` would list, in alphabetical order.
    public static func names() -> [String] { (HostFile.names(folder).value ?? []).sorted() }

    /// The file to enter it by; `nil`: this process is in it.
    func path(_ reader: HostReader) -> String? {
        switch self {
        case .own: nil
        case .process(let pid): reader.path("/proc/\(pid)/ns/net")
        // A slash would leave the folder; no such name exists.
        case .name(let name): Self.folder + "/" + name.filter { $0 != "/" && $0 != "\0" }
        }
    }
}
