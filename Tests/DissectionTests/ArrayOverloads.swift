import Dissection

// The same functions over arrays: a span cannot be an argument inside #expect.

typealias Bytes = Collection<UInt8>

extension ClientHello {
    init(body: some Bytes) throws(DissectionError) { try self.init(body: Array(body).span.bytes) }
}

extension ServerHello {
    init(body: some Bytes) throws(DissectionError) { try self.init(body: Array(body).span.bytes) }
}

extension HandshakeHeader {
    init?(_ bytes: some Bytes, at offset: Int) { self.init(Array(bytes).span.bytes, at: offset) }
}

extension TLSAlert {
    init?(fragment: some Bytes) { self.init(fragment: Array(fragment).span.bytes) }
}

extension TCPOptions {
    static func parse(_ bytes: some Bytes) -> TCPOptions { parse(Array(bytes).span.bytes) }
}

extension HTTPRequestHead {
    init?(_ bytes: some Bytes) { self.init(Array(bytes).span.bytes) }
}

extension HTTPResponseHead {
    init?(_ bytes: some Bytes) { self.init(Array(bytes).span.bytes) }
}

extension DNSMessage {
    init(_ bytes: some Bytes) throws(DissectionError) { try self.init(Array(bytes).span.bytes) }
}

func tlsRecord(_ bytes: some Bytes, at offset: Int) -> TLSRecord? {
    Dissection.tlsRecord(Array(bytes).span.bytes, at: offset)
}

func looksLikeTLS(_ bytes: some Bytes) -> Bool {
    Dissection.looksLikeTLS(Array(bytes).span.bytes)
}

func isSSLv2ClientHello(_ bytes: some Bytes) -> Bool {
    Dissection.isSSLv2ClientHello(Array(bytes).span.bytes)
}

func looksLikeHTTPRequest(_ bytes: some Bytes) -> Bool {
    Dissection.looksLikeHTTPRequest(Array(bytes).span.bytes)
}
