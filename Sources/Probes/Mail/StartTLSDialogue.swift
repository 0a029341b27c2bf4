/// How each protocol is asked to go over to TLS.
enum StartTLSDialogue {
    /// SSLRequest: length 8, code 80877103 (PostgreSQL protocol, "SSL Session Encryption").
    static let postgresRequest: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

    /// ExtendedRequest 1.3.6.1.4.1.1466.20037, message id 1 (RFC 4511 §4.14.1).
    static let ldapRequest: [UInt8] =
        [0x30, 0x1D, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]
        + Array("1.3.6.1.4.1.1466.20037".utf8)
}
