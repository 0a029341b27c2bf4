import Dissection
import Testing

/// Hellos put together field by field.
enum Hello {
    static let random = [UInt8](0..<32)

    static func `extension`(_ type: Int, _ content: [UInt8]) -> [UInt8] {
        join(bytes16(type), vector16(content))
    }

    static func serverName(_ name: [UInt8]) -> [UInt8] {
        `extension`(0, vector16(join([0], vector16(name))))
    }

    /// TLS 1.3 with everything this project reads.
    static let extensions = join(
        serverName(Array("shop.example.com".utf8)), `extension`(5, [1, 0, 0, 0, 0]),
        `extension`(10, vector16([0x11, 0xEC, 0, 29])),
        `extension`(16, vector16(join(vector8(Array("h2".utf8)), vector8(Array("http/1.1".utf8))))),
        `extension`(23, []), `extension`(35, []), `extension`(42, []),
        `extension`(43, vector8([0x0A, 0x0A, 3, 4, 3, 3])),
        `extension`(
            41, join(vector16(join(vector16([1, 2, 3]), zeros(4))), vector16(vector8(random)))))

    static let serverExtensions = join(`extension`(43, [3, 4]), `extension`(51, [0, 29, 0, 1, 9]))

    static func client(
        version: Int = 0x0303, session: [UInt8] = random, extensions: [UInt8]? = extensions
    ) -> [UInt8] {
        join(
            bytes16(version), random, vector8(session), vector16([0x13, 1, 0x13, 2, 0xC0, 0x2F]),
            vector8([0]), extensions.map(vector16) ?? [])
    }

    static func server(
        version: Int = 0x0303, random: [UInt8] = random, session: [UInt8] = random,
        extensions: [UInt8]? = serverExtensions
    ) -> [UInt8] {
        join(
            bytes16(version), random, vector8(session), [0x13, 1, 0],
            extensions.map(vector16) ?? [])
    }
}

@Suite struct ClientHelloTests {
    @Test func `all fields are read`() throws {
        let hello = try ClientHello(body: Hello.client())
        #expect(hello.legacyVersion == 0x0303 && hello.random == Hello.random)
        #expect(hello.sessionID == Hello.random && hello.cipherSuites == [0x1301, 0x1302, 0xC02F])
        #expect(hello.serverName == "shop.example.com" && hello.alpn == ["h2", "http/1.1"])
        #expect(hello.supportedVersions == [0x0A0A, 0x0304, 0x0303])
        #expect(hello.supportedGroups == [0x11EC, 29])
        #expect(hello.offersPSK && hello.pskIdentityCount == 1 && hello.sessionTicketLength == 0)
        #expect(hello.statusRequest && hello.offersEarlyData && hello.extendedMasterSecret)
        #expect(hello.extensions == [0, 5, 10, 16, 23, 35, 42, 43, 41])
        #expect(hello.malformedExtensions.isEmpty && hello.offersTLS13 && hello.offersResumption)
    }

    @Test func `every prefix is truncated, but for the one that ends before the extensions`() throws
    {
        let body = Hello.client()
        let bare = Hello.client(extensions: nil).count
        for length in 0..<body.count where length != bare {
            let error = #expect(throws: DissectionError.self) {
                try ClientHello(body: body[..<length])
            }
            guard case .truncated(let needed) = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
            #expect(needed > length && needed <= body.count)
        }
        #expect(try ClientHello(body: body[..<bare]).extensions.isEmpty)
    }

    @Test(arguments: [
        ("session id of 33 bytes", Hello.client(session: join(Hello.random, [0]))),
        ("bytes after the extensions", join(Hello.client(), [0])),
        ("extension beyond the list", Hello.client(extensions: [0, 23, 0, 9])),
        ("half an extension", Hello.client(extensions: [0, 23, 0])),
        ("odd cipher suites", join([3, 3], Hello.random, [0, 0, 3, 1, 2, 3, 1, 0])),
        ("no cipher suites", join([3, 3], Hello.random, [0, 0, 0, 1, 0])),
        ("no compression methods", join([3, 3], Hello.random, [0, 0, 2, 1, 2, 0])),
    ])
    func `lengths that contradict each other are malformed`(name: String, body: [UInt8]) {
        let error = #expect(throws: DissectionError.self) { try ClientHello(body: body) }
        guard case .malformed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        Hello.extension(0, [0, 9, 0]), Hello.extension(10, [0, 3, 0, 29, 0]),
        Hello.extension(16, [0, 5, 9, 0x68, 0x32]), Hello.extension(41, [0, 5, 0, 3, 1, 2]),
        Hello.extension(43, [3, 3, 4, 3]),
        Hello.serverName([UInt8](repeating: 0x61, count: 256)),
    ])
    func `a faulty extension is named, and the others are read`(faulty: [UInt8]) throws {
        let extensions = faulty + Hello.extension(35, [1, 2, 3, 4])
        let hello = try ClientHello(body: Hello.client(extensions: extensions))
        #expect(hello.malformedExtensions == [UInt16(faulty[1])])
        #expect(hello.sessionTicketLength == 4 && hello.serverName == nil && hello.alpn.isEmpty)
    }

    @Test(
        arguments: [
            ("nothing", [], [], false),
            ("session id", [1, 2], [], true),
            ("session id of a TLS 1.3 hello", [1, 2], Hello.extension(43, [2, 3, 4]), false),
            (
                "session id of a draft's hello", [1, 2], Hello.extension(43, [2, 0x7F, 0x17]), false
            ),
            ("empty ticket", [], Hello.extension(35, []), false),
            ("ticket", [], Hello.extension(35, [1]), true),
            (
                "ticket beside TLS 1.3", [1, 2],
                join(Hello.extension(43, [2, 3, 4]), Hello.extension(35, [1])),
                true
            ),
            ("faulty pre-shared key", [], Hello.extension(41, []), true),
        ] as [(String, [UInt8], [UInt8], Bool)])
    func `resumption is offered by key, ticket or id`(
        name: String, session: [UInt8], extensions: [UInt8], offers: Bool
    ) throws {
        let body = Hello.client(session: session, extensions: extensions)
        #expect(try ClientHello(body: body).offersResumption == offers)
    }

    @Test func `a server name that is not UTF-8 is repaired`() throws {
        let body = Hello.client(extensions: Hello.serverName([0x61, 0xFF, 0x62]))
        #expect(try ClientHello(body: body).serverName == "a\u{FFFD}b")
    }
}

@Suite struct ServerHelloTests {
    @Test func `TLS 1-3 is told by its extension`() throws {
        let hello = try ServerHello(body: Hello.server())
        #expect(hello.legacyVersion == 0x0303 && hello.selectedVersion == 0x0304 && hello.isTLS13)
        #expect(hello.cipherSuite == 0x1301 && hello.sessionID == Hello.random)
        #expect(!hello.pskAccepted && !hello.isHelloRetryRequest && hello.extensions == [43, 51])
    }

    @Test func `TLS 1-2 says ticket and protocol`() throws {
        let extensions =
            Hello.extension(35, []) + Hello.extension(16, vector16(vector8(Array("h2".utf8))))
        let hello = try ServerHello(body: Hello.server(extensions: extensions))
        #expect(hello.selectedVersion == 0x0303 && !hello.isTLS13)
        #expect(hello.hasSessionTicket && hello.alpn == "h2")
    }

    @Test func `an accepted key and a retry are seen`() throws {
        let accepted = Hello.extension(43, [3, 4]) + Hello.extension(41, [0, 0])
        #expect(try ServerHello(body: Hello.server(extensions: accepted)).pskAccepted)
        let random: [UInt8] = [
            0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65,
            0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2,
            0xC8, 0xA8, 0x33, 0x9C,
        ]
        let retry = try ServerHello(body: Hello.server(random: random))
        #expect(retry.isHelloRetryRequest)
    }

    @Test func `a draft before 22 has neither session id nor compression`() throws {
        let body =
            join(
                bytes16(0x7F12), Hello.random, [0x13, 1], vector16(Hello.extension(41, [0, 0])))
        let hello = try ServerHello(body: body)
        #expect(hello.cipherSuite == 0x1301 && hello.pskAccepted && hello.isTLS13)
        #expect(tlsVersionName(hello.selectedVersion) == "0x7f12")
    }

    @Test func `every prefix is truncated, but for the one that ends before the extensions`() throws
    {
        let body = Hello.server()
        let bare = Hello.server(extensions: nil).count
        for length in 0..<body.count where length != bare {
            let error = #expect(throws: DissectionError.self) {
                try ServerHello(body: body[..<length])
            }
            guard case .truncated(let needed) = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
            #expect(needed > length && needed <= body.count)
        }
    }

    @Test func `hellos with random changes never trap`() {
        var generator = SeededGenerator(state: 11)
        for round in 0..<20_000 {
            var body = round % 2 == 0 ? Hello.client() : Hello.server()
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<body.count, using: &generator)
                body[place] = UInt8.random(in: 0...255, using: &generator)
            }
            exerciseClientHello(body.span.bytes)
            exerciseServerHello(body.span.bytes)
        }
    }
}
