import Foundation
import Testing

@testable import HostInspection

/// Messages of the kernel, and certificates, that are cut short or damaged. No kernel sends
/// such, but it costs nothing to be sure.
@Suite struct HostileMessageTests {
    /// An ESTABLISHED IPv6 connection as Linux 6.18 reports it: `inet_diag_msg`, then
    /// INET_DIAG_INFO of 248 bytes and INET_DIAG_SKMEMINFO of 36.
    private static let socket: [UInt8] = {
        var bytes = [UInt8](repeating: 0, count: 72)
        bytes[0] = 10
        bytes[1] = 1
        bytes.replaceSubrange(4..<8, with: [0xC3, 0x50, 0x00, 0x50])
        bytes[8] = 0x20
        bytes[24] = 0x20
        var information = [UInt8](repeating: 0, count: 248)
        information[44] = 7
        information[128] = 9
        information[200] = 11
        bytes += [252, 0, 2, 0] + information
        bytes += [40, 0, 7, 0] + [UInt8](repeating: 1, count: 36)
        return bytes
    }()

    private func read(_ bytes: [UInt8]) -> Socket? {
        unsafe SocketDiagnostics.socket(bytes.span.bytes)
    }

    @Test("The whole message is read")
    func whole() throws {
        let socket = try #require(read(Self.socket))
        #expect(socket.local.port == 50000)
        #expect(socket.remote.port == 80)
        #expect(socket.lastSent == 7)
        #expect(socket.bytesReceived == 9)
        #expect(socket.bytesSent == 11)
        #expect(socket.receiveMemory == 0x0101_0101)
    }

    @Test("Every prefix is refused, or read without what is missing")
    func prefixes() {
        for length in 0..<Self.socket.count {
            let socket = read(Array(Self.socket[..<length]))
            #expect((socket == nil) == (length < 72))
            if length < 72 + 4 + 248 { #expect(socket?.hasInfo != true) }
        }
    }

    /// tcp_info had 104 bytes in Linux 2.6, 192 in 4.9, 224 and more since 4.19.
    @Test("What an old kernel's tcp_info lacks is marked", arguments: [104, 144, 192, 208, 248])
    func oldKernels(size: Int) throws {
        let information = Array(Self.socket[76..<76 + size])
        let message = Self.socket[..<72] + [UInt8(size + 4), 0, 2, 0] + information
        let socket = try #require(read(Array(message)))
        #expect(socket.hasInfo)
        #expect(socket.lastSent == 7)
        #expect(socket.hasBytesReceived == (size >= 144))
        #expect(socket.hasBytesSent == (size >= 208))
        #expect(socket.wasAskedNeverAnswered == false)
    }

    @Test("Random damage to messages of sockets, routes and neighbours traps nowhere")
    func flips() {
        var random = Xorshift(seed: 42)
        for _ in 0..<20_000 {
            var bytes = Self.socket
            for _ in 0..<4 {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0xFF)
            }
            let length = Int(random.next() % UInt64(bytes.count + 1))
            bytes.removeLast(bytes.count - length)
            _ = read(bytes)
            let span = unsafe bytes.span.bytes
            _ = RouteNetlink.route(span)
            _ = RouteNetlink.neighbour(span)
            _ = RouteNetlink.interface(span)
            _ = RouteNetlink.address(span)
        }
    }

    @Test("A store of roots is read: how many, and which are past their date")
    func roots() throws {
        let folder = NSTemporaryDirectory() + "inquest-roots-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Only `openssl ca` gives dates that lie in the past.
        let settings = """
            [ca]
            default_ca = own
            [own]
            database = index.txt
            serial = serial
            new_certs_dir = .
            default_md = sha256
            policy = any
            [any]
            organizationName = optional
            """
        try settings.write(toFile: folder + "/ca.cnf", atomically: true, encoding: .utf8)
        let status = try Lab.shell(
            "cd \(folder) && exec 2>/dev/null && touch index.txt && echo 01 >serial && "
                + "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                + "-keyout k -out new.pem -days 9 -subj '/O=Org/CN=New Root' && "
                + "openssl req -new -key k -out old.csr -subj '/O=Old Org' && "
                + "openssl ca -batch -config ca.cnf -selfsign -keyfile k -in old.csr -notext "
                + "-startdate 20200101000000Z -enddate 20210101000000Z -out old.pem")
        try #require(status == 0, "needs openssl")
        let text = try ["new", "old"].map {
            try String(contentsOfFile: "\(folder)/\($0).pem", encoding: .utf8)
        }.joined(separator: "junk\n")
        let tree = try RecordedTree(["etc/ssl/certs/ca-certificates.crt": text])
        let store = try #require(tree.look().system.trustStore.value)
        #expect(store.certificates == 2)
        #expect(store.expired == ["Old Org"])
        for length in stride(from: 0, to: text.utf8.count, by: 7) {
            let part = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            #expect(PEMCertificates.all(in: part).count <= 2)
        }
    }

    @Test("Dates of certificates count from 1970")
    func dates() {
        func time(_ tag: UInt8, _ text: String) -> Int64? {
            var element = DER(([tag, UInt8(text.utf8.count)] + Array(text.utf8))[...])
            return element.time()
        }
        #expect(time(0x17, "700101000000Z") == 0)
        #expect(time(0x17, "491231235959Z") == 2_524_607_999)
        #expect(time(0x17, "500101000000Z") == -631_152_000)
        #expect(time(0x18, "20240229120000Z") == 1_709_208_000)
        #expect(time(0x18, "2024") == nil)
    }
}
