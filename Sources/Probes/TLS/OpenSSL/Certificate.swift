internal import COpenSSL
internal import Glibc

/// An X.509 certificate as values; text in it comes from outside and is bounded.
struct Certificate: Hashable, Sendable {
    let der: [UInt8]
    /// RFC 2253 form.
    let subject: String
    let issuer: String
    /// Hexadecimal, capital letters.
    let serial: String
    /// Seconds since 1970.
    let notBefore: Int64
    let notAfter: Int64
    let alternativeNames: [String]
    /// Where the issuer's certificate can be had (RFC 5280 §4.2.2.1).
    let issuerURLs: [String]
    let ocspURLs: [String]
    let crlURLs: [String]

    /// A larger one is no certificate that anybody needs.
    private static let largest = 256 * 1024

    init?(_ pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer, let der = unsafe Self.encode(pointer) else {
            return nil
        }
        self.der = der
        unsafe subject = Self.text(X509_get_subject_name(pointer))
        unsafe issuer = Self.text(X509_get_issuer_name(pointer))
        unsafe serial = Self.serial(pointer)
        unsafe notBefore = Self.seconds(X509_get0_notBefore(pointer))
        unsafe notAfter = Self.seconds(X509_get0_notAfter(pointer))
        unsafe alternativeNames = CertificateNames.alternative(pointer)
        unsafe issuerURLs = CertificateNames.access(pointer, NID_ad_ca_issuers)
        unsafe ocspURLs = CertificateNames.access(pointer, NID_ad_OCSP)
        unsafe crlURLs = CertificateNames.revocationLists(pointer)
    }

    /// Reads DER, or else PEM.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.largest, let handle = CertificateHandle(bytes) else { return nil }
        unsafe self.init(handle.pointer)
    }

    func isExpired(at seconds: Int64) -> Bool { notAfter < seconds }

    /// Whether a subjectAltName covers the name or address (RFC 6125); the common name of the
    /// subject does not count.
    func covers(_ name: String) -> Bool {
        guard let handle = CertificateHandle(der) else { return false }
        defer { OpenSSLErrors.clear() }
        if SocketAddress(numeric: name, port: 1) != nil {
            return unsafe X509_check_ip_asc(handle.pointer, name, 0) == 1
        }
        return unsafe X509_check_host(
            handle.pointer, name, name.utf8.count, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT), nil)
            == 1
    }

    private static func encode(_ pointer: OpaquePointer) -> [UInt8]? {
        let size = unsafe i2d_X509(pointer, nil)
        guard size > 0, size <= largest else { return nil }
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
            var next = buffer.baseAddress
            filled = Int(unsafe i2d_X509(pointer, &next))
        }
    }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(bio) }
        unsafe X509_NAME_print_ex(bio, name, 0, copenssl_XN_FLAGS())
        var data: UnsafeMutablePointer<CChar>?
        let count = unsafe copenssl_BIO_get_mem_data(bio, &data)
        guard count > 0, let data = unsafe data else { return "" }
        let bytes = unsafe UnsafeRawBufferPointer(start: data, count: min(count, 512))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private static func serial(_ pointer: OpaquePointer) -> String {
        guard let number = unsafe X509_get0_serialNumber(pointer) else { return "" }
        let count = Int(unsafe ASN1_STRING_length(number))
        guard let data = unsafe ASN1_STRING_get0_data(number) else { return "" }
        let digits = Array("0123456789ABCDEF")
        return unsafe String(
            UnsafeBufferPointer(start: data, count: min(count, 32)).flatMap {
                [digits[Int($0 >> 4)], digits[Int($0 & 15)]]
            })
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var fields = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &fields) == 1 else { return 0 }
        return Int64(unsafe timegm(&fields))
    }
}

/// An `X509`, freed when it goes out of scope.
@safe struct CertificateHandle: ~Copyable {
    let pointer: OpaquePointer

    init?(_ bytes: [UInt8]) {
        defer { OpenSSLErrors.clear() }
        let parsed = unsafe bytes.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return unsafe d2i_X509(nil, &next, buffer.count)
        }
        if let parsed = unsafe parsed {
            unsafe pointer = parsed
            return
        }
        guard let bio = unsafe BIO_new_mem_buf(bytes, Int32(clamping: bytes.count)) else {
            return nil
        }
        defer { unsafe BIO_free(bio) }
        guard let read = unsafe PEM_read_bio_X509(bio, nil, nil, nil) else { return nil }
        unsafe pointer = read
    }

    deinit { unsafe X509_free(pointer) }

    /// For calls that take a reference over.
    borrowing func shared() -> OpaquePointer {
        unsafe X509_up_ref(pointer)
        return unsafe pointer
    }
}
