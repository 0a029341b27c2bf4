internal import Glibc

/// Looks for the largest packet that passes, by halving.
struct PathMTUSearch {
    /// What one size met with.
    enum Verdict: Hashable, Sendable {
        case passed
        /// ICMP said so, and named the MTU of the next link.
        case tooBig(mtu: Int, sender: String?)
        case vanished
        /// Larger than the interface or the peer takes: nothing was sent.
        case notSendable
    }

    /// What came out.
    struct Result: Sendable {
        var method: String
        var interfaceMTU: Int
        /// The largest size tried that passed, in bytes, IP header included.
        var passed: Int
        /// The smallest size tried that did not.
        var failed: Int?
        /// Who said that a packet was too big, if anybody did.
        var sender: String?
        var saidTooBig = false
    }

    /// The least that every host takes (RFC 791 §3.2, RFC 8200 §5).
    let floor: Int
    let interfaceMTU: Int
    let method: String
    let cancellation: Cancellation

    /// `nil` when even the smallest size gets no answer by this method.
    func run(_ ask: (Int) -> Verdict) -> Result? {
        guard ask(floor) == .passed else { return nil }
        var result = Result(method: method, interfaceMTU: interfaceMTU, passed: floor)
        var ceiling = interfaceMTU + 1
        var next = interfaceMTU
        while ceiling - result.passed > 1, !cancellation.isCancelled {
            switch ask(next) {
            case .passed: result.passed = next
            case .notSendable:
                ceiling = next
                // Not the path's fault; the search goes on below.
                if result.failed == nil { result.interfaceMTU = next - 1 }
            case .vanished:
                ceiling = next
                result.failed = next
            case .tooBig(let mtu, let sender):
                ceiling = next
                result.failed = next
                result.saidTooBig = true
                result.sender = sender
                if result.passed < mtu, mtu < ceiling {
                    // The router has named the size: it and the next one settle it.
                    if ask(mtu) == .passed { result.passed = mtu } else { ceiling = mtu }
                }
            }
            next =
                result.saidTooBig && result.passed > floor
                ? min(result.passed + 1, ceiling - 1) : (result.passed + ceiling) / 2
        }
        return cancellation.isCancelled ? nil : result
    }
}
