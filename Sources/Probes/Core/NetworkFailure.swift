internal import Glibc

/// Why the network, or we, ended an attempt. For a probe this is a result, not an exception.
public enum NetworkFailure: Error, Hashable, Sendable {
    case timedOut
    /// RST, or ICMP port unreachable, in answer to a SYN.
    case refused
    /// RST on an open connection.
    case reset
    /// FIN where bytes were due.
    case closed
    /// ICMP, or no route: the errno.
    case unreachable(Int32)
    /// The name has no address: the resolver's code and words.
    case unresolved(code: Int32, words: String)
    /// More bytes came than the probe is willing to hold.
    case tooMuch(limit: Int)
    case cancelled
    /// A fatal TLS alert from the peer: its number (RFC 8446 §6).
    case alert(UInt8)
    /// What came where a TLS record was due: the first bytes.
    case notTLS([UInt8])
    /// OpenSSL gave up: its reason.
    case tls(String)
    /// The local host said no: the call and the errno.
    case local(call: String, errno: Int32)

    static func from(errno code: Int32, call: String) -> NetworkFailure {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .reset
        case ETIMEDOUT: .timedOut
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EACCES, EPERM, ENONET, EPROTO,
            ENOPROTOOPT:
            .unreachable(code)
        default: .local(call: call, errno: code)
        }
    }
}

extension NetworkFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timedOut: "timed out"
        case .refused: "refused"
        case .reset: "reset by the peer"
        case .closed: "closed by the peer"
        case .unreachable(let code): "unreachable: \(errorText(code))"
        case .unresolved(_, let words): "not resolved: \(words)"
        case .tooMuch(let limit): "more than \(limit) bytes came"
        case .cancelled: "interrupted"
        case .alert(let number): "TLS alert \(number) (\(alertName(number)))"
        case .notTLS: "answered with bytes that are no TLS"
        case .tls(let reason): "TLS: \(reason)"
        case .local(let call, let code): "\(call): \(errorText(code))"
        }
    }
}

/// strerror_r(3).
func errorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard unsafe strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return text(buffer)
}

/// The characters before the first NUL.
func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
