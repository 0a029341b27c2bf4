/// Why a capture cannot be read at all; a capture that breaks off later is no error.
public enum CaptureError: Error, Equatable, Sendable {
    case noSuchFile(path: String)
    case isDirectory(path: String)
    case permission(path: String)
    /// `errno` of open(2) or read(2).
    case io(path: String, errno: Int32)
    /// The file has no bytes.
    case empty(path: String)
    /// The first bytes are of no format we know; at most sixteen of them.
    case notACapture(path: String, firstBytes: [UInt8])
    /// A format that we know and do not read; `what` names it and how to convert it.
    case unsupported(path: String, what: String)
    /// The file begins as a capture, but breaks off or contradicts itself before the first packet.
    case noPacketReadable(path: String, reason: String)
}
