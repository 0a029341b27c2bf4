/// Why packets cannot be taken from an interface; its going away later is no error but an end.
public enum LiveCaptureError: Error, Equatable, Sendable {
    /// `known` are the interfaces that libpcap lists, in its order.
    case noSuchInterface(String, known: [String])
    /// This process has not CAP_NET_RAW.
    case noRight(interface: String)
    /// The interface exists and is not up.
    case interfaceDown(String)
    /// Anything else that opening came to, in libpcap's words.
    case cannotOpen(interface: String, reason: String)
    case badFilter(FilterFault)
    /// Nobody of that name whose rights could be taken.
    case noSuchUser(String)
    /// Root's rights could be given up in part only; `errno` of the step that failed.
    case cannotDropRights(errno: Int32)
}
