internal import COpenSSL

/// The keys of Initial packets of QUIC version 1, which anybody can derive from the packet itself
/// (RFC 9001 §5.2): they protect against accidents, not against readers.
struct QUICInitialKeys: Equatable {
    var key: [UInt8]
    var iv: [UInt8]
    var headerProtection: [UInt8]

    private static let salt: [UInt8] = [
        0x38, 0x76, 0x2C, 0xF7, 0xF5, 0x59, 0x34, 0xB3, 0x4D, 0x17,
        0x9A, 0xE6, 0xA4, 0xC8, 0x0C, 0xAD, 0xCC, 0xBB, 0x7F, 0x0A,
    ]

    /// - Parameters:
    ///   - destination: the Destination Connection ID of the client's first packet.
    ///   - label: `client in` or `server in`.
    init(destination: [UInt8], label: String = "client in") {
        let initial = Self.hmac(key: Self.salt, destination)
        let secret = Self.expand(initial, label, count: 32)
        key = Self.expand(secret, "quic key", count: 16)
        iv = Self.expand(secret, "quic iv", count: 12)
        headerProtection = Self.expand(secret, "quic hp", count: 16)
    }

    /// AEAD_AES_128_GCM: the ciphertext with its 16-byte tag.
    ///
    /// - Parameter header: the unprotected header, authenticated with it.
    func seal(_ plain: [UInt8], number: UInt8, header: [UInt8]) -> [UInt8] {
        var nonce = iv
        nonce[11] ^= number
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: 16)
        var count: Int32 = 0
        unsafe EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce)
        unsafe EVP_EncryptUpdate(context, nil, &count, header, Int32(header.count))
        unsafe EVP_EncryptUpdate(context, &output, &count, plain, Int32(plain.count))
        unsafe EVP_EncryptFinal_ex(context, &tag, &count)
        unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag)
        return output + tag
    }

    /// Five bytes to mask the header with (RFC 9001 §5.4.3).
    func mask(sample: [UInt8]) -> [UInt8] {
        let context = unsafe EVP_CIPHER_CTX_new()
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: 32)
        var count: Int32 = 0
        unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), nil, headerProtection, nil)
        unsafe EVP_EncryptUpdate(context, &output, &count, sample, 16)
        return Array(output.prefix(5))
    }

    /// HKDF-Extract and the only block of HKDF-Expand are one HMAC each (RFC 5869).
    private static func hmac(key: [UInt8], _ data: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        unsafe HMAC(EVP_sha256(), key, Int32(key.count), data, data.count, &output, nil)
        return output
    }

    /// HKDF-Expand-Label (RFC 8446 §7.1) with an empty context, at most 32 bytes.
    private static func expand(_ secret: [UInt8], _ label: String, count: Int) -> [UInt8] {
        let name = Array("tls13 \(label)".utf8)
        let info = [0, UInt8(count), UInt8(name.count)] + name + [0]
        return Array(hmac(key: secret, info + [1]).prefix(count))
    }
}
