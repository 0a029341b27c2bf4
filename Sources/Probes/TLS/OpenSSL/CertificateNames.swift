internal import COpenSSL

/// Names and addresses of resources inside a certificate.
enum CertificateNames {
    private static let mostNames: Int32 = 200
    private static let mostURLs: Int32 = 8

    static func alternative(_ certificate: OpaquePointer) -> [String] {
        guard let names = unsafe copenssl_X509_alternative_names(certificate) else { return [] }
        defer { unsafe GENERAL_NAMES_free(names) }
        return unsafe strings(names, most: mostNames)
    }

    static func access(_ certificate: OpaquePointer, _ method: Int32) -> [String] {
        guard let list = unsafe copenssl_X509_authority_access(certificate) else { return [] }
        defer { unsafe AUTHORITY_INFO_ACCESS_free(list) }
        let count = unsafe min(copenssl_sk_ACCESS_DESCRIPTION_num(list), mostURLs)
        return (0..<max(0, count)).compactMap { index in
            guard let entry = unsafe copenssl_sk_ACCESS_DESCRIPTION_value(list, index),
                unsafe OBJ_obj2nid(entry.pointee.method) == method
            else { return nil }
            return unsafe string(entry.pointee.location)
        }
    }

    static func revocationLists(_ certificate: OpaquePointer) -> [String] {
        guard let points = unsafe copenssl_X509_crl_points(certificate) else { return [] }
        defer { unsafe CRL_DIST_POINTS_free(points) }
        let count = unsafe min(copenssl_sk_DIST_POINT_num(points), mostURLs)
        return (0..<max(0, count)).flatMap { index -> [String] in
            guard let names = unsafe copenssl_crl_point_names(points, index) else { return [] }
            return unsafe strings(names, most: mostURLs)
        }
    }

    private static func strings(_ names: OpaquePointer, most: Int32) -> [String] {
        let count = unsafe min(copenssl_sk_GENERAL_NAME_num(names), most)
        return (0..<max(0, count)).compactMap { index in
            unsafe string(copenssl_sk_GENERAL_NAME_value(names, index))
        }
    }

    private static func string(_ name: UnsafeMutablePointer<GENERAL_NAME>?) -> String? {
        guard let name = unsafe name, let value = unsafe copenssl_GENERAL_NAME_string(name),
            let data = unsafe ASN1_STRING_get0_data(value)
        else { return nil }
        let count = min(Int(unsafe ASN1_STRING_length(value)), 512)
        let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: count))
        guard unsafe copenssl_GENERAL_NAME_type(name) == GEN_IPADD else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return address(bytes)
    }

    private static func address(_ bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }.joined(separator: ":")
    }
}
