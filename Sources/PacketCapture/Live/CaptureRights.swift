internal import CPcap
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

    /// Who a process with root's rights is to become once its capture is open.
    public enum Heir: Equatable, Sendable {
        /// The user who called sudo(8); without sudo nobody else.
        case caller
        /// A user by name.
        case user(String)
    }

    /// Gives up what only opening the interface needed, for good; an open capture keeps working.
    ///
    /// Becomes the heir where root's rights allow it. Then every capability goes, also of a program
    /// that was given CAP_NET_RAW by setcap(8), and no program that is started can gain any.
    ///
    /// - Parameter mayCreateFiles: who stays root, for want of sudo, keeps the right to write in
    ///   other people's folders (CAP_DAC_OVERRIDE), since files are created later.
    /// - Returns: the user's number, or `nil` when this process did not become another's.
    /// - Throws: `noSuchUser`; `cannotDropRights` when only a part of it worked.
    public static func drop(
        to heir: Heir, mayCreateFiles: Bool, _ environment: [String: String]
    ) throws(LiveCaptureError) -> UInt32? {
        let account = try account(of: heir, environment)
        let user: UInt32? =
            if let account { try become(account) } else { nil }
        let kept: UInt32 = mayCreateFiles && geteuid() == 0 ? 1 << UInt32(CAP_DAC_OVERRIDE) : 0
        _ = cpcap_set_no_new_privileges()
        guard cpcap_drop_capabilities(kept) == 0 else {
            throw .cannotDropRights(errno: errno)
        }
        return user
    }

    private struct Account {
        var name: String
        var user: UInt32
        var group: UInt32
    }

    private static func account(
        of heir: Heir, _ environment: [String: String]
    ) throws(LiveCaptureError) -> Account? {
        switch heir {
        case .caller:
            guard geteuid() == 0, let user = environment["SUDO_UID"].flatMap(UInt32.init),
                user != 0, let group = environment["SUDO_GID"].flatMap(UInt32.init),
                let name = environment["SUDO_USER"]
            else { return nil }
            return Account(name: name, user: user, group: group)
        case .user(let name):
            guard let entry = unsafe getpwnam(name) else { throw .noSuchUser(name) }
            let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
            guard geteuid() == 0 else { throw .cannotDropRights(errno: EPERM) }
            return Account(name: name, user: user, group: group)
        }
    }

    /// - Returns: `nil` where user namespaces do not let a process change its groups.
    private static func become(_ account: Account) throws(LiveCaptureError) -> UInt32? {
        guard unsafe initgroups(account.name, account.group) == 0 else { return nil }
        if account.user == 0 { return 0 }
        guard setgid(account.group) == 0, setuid(account.user) == 0 else {
            throw .cannotDropRights(errno: errno)
        }
        // Whoever could become root again has given up nothing.
        guard setuid(0) != 0 else { throw .cannotDropRights(errno: EPERM) }
        return account.user
    }
}
