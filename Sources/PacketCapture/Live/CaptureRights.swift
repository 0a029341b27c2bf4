internal import Glibc

/// What this process may do on the network, and how root's rights are given up.
public enum CaptureRights {
    /// Whether the kernel lets this process listen to packets (CAP_NET_RAW), found out by asking.
    public static var mayCapture: Bool {
        // Protocol 0 receives nothing.
        let descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }

    /// Becomes the user who called sudo(8), for good; an open capture keeps working.
    ///
    /// Nothing happens without sudo, and where user namespaces do not let a process change its
    /// groups.
    ///
    /// - Returns: the user's number, or `nil` when nothing changed.
    /// - Throws: `cannotDropRights` when only a part of it worked.
    public static func dropToCaller(
        _ environment: [String: String]
    ) throws(LiveCaptureError) -> UInt32? {
        guard geteuid() == 0, let user = environment["SUDO_UID"].flatMap(UInt32.init), user != 0,
            let group = environment["SUDO_GID"].flatMap(UInt32.init),
            let name = environment["SUDO_USER"], unsafe initgroups(name, group) == 0
        else { return nil }
        guard setgid(group) == 0, setuid(user) == 0 else {
            throw .cannotDropRights(errno: errno)
        }
        // Whoever could become root again has given up nothing.
        guard setuid(0) != 0 else { throw .cannotDropRights(errno: EPERM) }
        return user
    }
}
