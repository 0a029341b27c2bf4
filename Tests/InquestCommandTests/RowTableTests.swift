import Foundation
import Testing
import Triage

/// The tables of what captures hold beside flows: handshakes, resets, requests, questions of DNS.
@Suite struct RowTableTests {
    private func rows(_ capture: String, _ query: String) throws -> [[JSONNode]] {
        let outcome = try Inquest.run(["sql", "--capture", capture, query, "--json"])
        #expect(outcome.status == 0, "\(outcome.error)")
        return (try document(outcome.output)["rows"]?.array ?? []).map { $0.array ?? [] }
    }

    @Test func `handshakes tell version, resumption, certificate and messages`() throws {
        let found = try rows(
            Inquest.repository("Tests/Fixtures/captures/healthy-tls12-resumption.pcap"),
            "SELECT version, resumed, resumed_by, common_name, name_fits, history, "
                + "not_before < not_after, length(ja4) FROM tls_handshakes ORDER BY flow LIMIT 2")
        #expect(found.count == 2)
        #expect(found[0][0].string == "TLSv1.2")
        #expect(found[0][1].number == 0)
        #expect(found[0][3].string == "shop.example.com")
        #expect(found[0][4].number == 1)
        #expect(found[0][5].string?.hasPrefix("Csx") == true)
        #expect(found[0][6].number == 1)
        #expect(found[0][7].number == 36)
        #expect(found[1][2].string == "session-id")
        // A resumed handshake shows no certificate.
        #expect(found[1][3].isNull)
    }

    @Test func `answers of DNS that came in fragments answer their questions`() throws {
        let found = try rows(
            Inquest.repository("Tests/Fixtures/captures/healthy-dns-fragments.pcap"),
            "SELECT server, count(*), sum(edns), sum(code = 'NOERROR'), sum(latency_ms > 0) "
                + "FROM dns_queries GROUP BY server ORDER BY server")
        #expect(found.map { $0[0].string } == ["10.18.1.10", "fd18::10"])
        for row in found { #expect(row.dropFirst().map(\.number) == [4, 4, 4, 4]) }
    }

    @Test func `resets and requests are joined by their flow`() throws {
        let capture = Inquest.repository(
            "casebook/tcp/rst-on-close-discards-unread/replays/upload-rejected-by-reset.pcap")
        let found = try rows(
            capture,
            "SELECT r.flow, r.packet, r.by, r.shape, r.has_ack, h.method, f.server_rst "
                + "FROM resets r JOIN http_requests h ON h.flow = r.flow AND h.file = r.file "
                + "JOIN flows f ON f.flow = r.flow ORDER BY r.packet")
        #expect(!found.isEmpty)
        for row in found {
            #expect(row[2].string == "server")
            #expect(row[5].string == "POST")
            #expect((row[6].number ?? 0) > 0)
        }
        // Each flow that says it has a RST has its row, and no other.
        let flows = try rows(
            capture, "SELECT sum(client_rst > 0) + sum(server_rst > 0) FROM flows")
        let resets = try rows(capture, "SELECT count(*) FROM resets")
        #expect(flows.first?.first?.number == resets.first?.first?.number)
    }

    @Test func `requests carry status, time and no path`() throws {
        let capture = Inquest.repository("Tests/Fixtures/captures/healthy-http-keepalive.pcapng")
        let found = try rows(
            capture,
            "SELECT count(*), min(status), sum(answered_after_ms < 0), max(place), "
                + "min(length(path_hash)) FROM http_requests")
        #expect((found.first?[0].number ?? 0) > 10)
        #expect(found.first?[1].number == 200)
        #expect(found.first?[2].number == 0)
        #expect((found.first?[3].number ?? 0) > 1)
        #expect(found.first?[4].number == 16)
    }

    @Test(.enabled(if: Namespace.lacks == nil, "needs \(Namespace.lacks ?? "")"))
    func `questions of DNS carry answer, time and attempts`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--write dns.pcap",
            after: """
                python3 -c '
                import socket
                def name(text): return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\\x00"
                def ask(n, text): return n.to_bytes(2, "big") + b"\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00" + name(text) + b"\\x00\\x01\\x00\\x01"
                server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); server.bind(("127.0.0.1", 53))
                client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                for n, text in ((1, "no.example.com"), (2, "silent.example.com"), (2, "silent.example.com")):
                    client.sendto(ask(n, text), ("127.0.0.1", 53))
                    question, peer = server.recvfrom(512)
                    if n == 1: server.sendto(question[:2] + b"\\x81\\x83" + question[4:], peer)
                '
                sleep 0.5; kill -INT $pid
                """, folder: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        let found = try rows(
            folder + "/dns.pcap",
            "SELECT name, type, code, latency_ms >= 0, server FROM dns_queries "
                + "WHERE client_port <> 53 ORDER BY packet")
        #expect(found.first?[0].string == "no.example.com")
        #expect(found.first?[1].string == "A")
        #expect(found.first?[2].string == "NXDOMAIN")
        #expect(found.first?[3].number == 1)
        #expect(found.first?[4].string == "127.0.0.1")
        let silent = found.filter { $0[0].string == "silent.example.com" }
        #expect(!silent.isEmpty)
        #expect(silent.allSatisfy { $0[2].isNull && $0[3].isNull })
    }

    @Test func `a table that no capture fills is empty, not wrong`() throws {
        let outcome = try Inquest.run(["sql", "--host", "SELECT count(*) AS n FROM dns_queries"])
        #expect(outcome.status == 0)
        #expect(outcome.lines.last?.trimmingCharacters(in: .whitespaces) == "0")
    }
}
