/// X.509 certificates of valid form (RFC 5280, 4.1); keys and signatures are random bytes.
enum Certificate {
    /// The body of a TLS 1.2 Certificate message: leaf, issuing authority, root (RFC 5246, 7.4.2).
    static func chain(for name: String, random: inout RandomSource) -> [UInt8] {
        let names = [name, "Example Issuing CA 3", "Example Root CA"]
        var writer = ByteWriter()
        writer.vector24 { list in
            for (index, subject) in names.enumerated() {
                let issuer = names[min(index + 1, names.count - 1)]
                let certificate = encode(subject: subject, issuer: issuer, random: &random)
                list.vector24 { $0.put(certificate) }
            }
        }
        return writer.bytes
    }

    private static func encode(
        subject: String, issuer: String, random: inout RandomSource
    ) -> [UInt8] {
        let validity = der(
            0x30, der(0x17, Array("250601000000Z".utf8)), der(0x17, Array("270601000000Z".utf8)))
        let body = der(
            0x30,
            der(0xA0, der(0x02, [2])),  // version 3
            der(0x02, [0x4A] + random.bytes(15)),  // serial number, positive
            sha256WithRSA,
            distinguishedName(issuer),
            validity,
            distinguishedName(subject),
            publicKey(random: &random),
            der(0xA3, der(0x30, alternativeName(subject))))
        return der(0x30, body, sha256WithRSA, der(0x03, [0] + random.bytes(256)))
    }

    /// 1.2.840.113549.1.1.11
    private static let sha256WithRSA = der(
        0x30, der(0x06, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11]), der(0x05))

    private static func publicKey(random: inout RandomSource) -> [UInt8] {
        let rsaEncryption = der(0x06, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1])
        let modulus = der(0x02, [0, 0xC3] + random.bytes(255))
        let key = der(0x30, modulus, der(0x02, [1, 0, 1]))
        return der(0x30, der(0x30, rsaEncryption, der(0x05)), der(0x03, [0], key))
    }

    private static func distinguishedName(_ commonName: String) -> [UInt8] {
        let attribute = der(0x30, der(0x06, [0x55, 4, 3]), der(0x0C, Array(commonName.utf8)))
        return der(0x30, der(0x31, attribute))
    }

    private static func alternativeName(_ name: String) -> [UInt8] {
        let names = der(0x30, der(0x82, Array(name.utf8)))
        return der(0x30, der(0x06, [0x55, 0x1D, 0x11]), der(0x04, names))
    }

    /// One DER element: tag, definite length, contents.
    private static func der(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
        let length = contents.reduce(0) { $0 + $1.count }
        var element = [tag]
        switch length {
        case ..<128: element.append(UInt8(length))
        case ..<256: element += [0x81, UInt8(length)]
        default: element += [0x82, UInt8(length >> 8), UInt8(length & 0xFF)]
        }
        for part in contents { element += part }
        return element
    }
}
