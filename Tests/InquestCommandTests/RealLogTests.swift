import Foundation
import Testing
import Triage

/// What real servers write when a case is at work, against the signatures of the shipped casebook.
@Suite struct RealLogTests {
    private static let nginx = "/usr/sbin/nginx"

    /// An nginx with a plain port whose backend is gone, a TLS port, a TLS port that wants a client
    /// certificate, and a plain port whose backend closes each connection without an answer.
    private final class Proxy {
        let folder = Inquest.temporaryFolder()
        let ports = (0..<4).map { _ in Service.freePort() }
        private let service: Service
        private let backend: Service

        init() throws {
            let (gone, closing) = (Service.freePort(), Service.freePort())
            let folder = folder
            let ports = ports
            _ = try Inquest.shell(
                "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 2 "
                    + "-subj /CN=localhost", folder: folder)
            try Service.write(
                """
                daemon off;
                master_process off;
                pid \(folder)/pid;
                error_log \(folder)/error.log info;
                events { worker_connections 64; }
                http {
                  access_log \(folder)/access.log;
                  client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c;
                  uwsgi_temp_path d; scgi_temp_path e;
                  ssl_certificate c.pem; ssl_certificate_key k.pem;
                  server { listen 127.0.0.1:\(ports[0]);
                           location / { proxy_pass http://127.0.0.1:\(gone); } }
                  server { listen 127.0.0.1:\(ports[1]) ssl; }
                  server { listen 127.0.0.1:\(ports[2]) ssl;
                           ssl_client_certificate c.pem; ssl_verify_client on; }
                  server { listen 127.0.0.1:\(ports[3]);
                           location / { proxy_pass http://127.0.0.1:\(closing); } }
                }
                """, folder + "/nginx.conf")
            try Service.write(
                """
                import socket
                s = socket.create_server(('127.0.0.1', \(closing)))
                while True:
                    c, _ = s.accept()
                    c.recv(4096)
                    c.close()
                """, folder + "/closing.py")
            backend = try Service("/usr/bin/python3", ["closing.py"], folder: folder) {
                Service.isListening(closing)
            }
            service = try Service(
                RealLogTests.nginx,
                ["-p", folder, "-c", folder + "/nginx.conf", "-e", folder + "/error.log"],
                folder: folder
            ) { ports.allSatisfy(Service.isListening) }
        }

        func ask(_ url: String) throws {
            _ = try Inquest.shell("curl -sk --max-time 10 -o /dev/null \(url)", folder: folder)
        }
    }

    private func present(_ proxy: Proxy) throws -> Set<String> {
        let outcome = try Inquest.run(
            [
                "host", "--json", "--log", proxy.folder + "/error.log", "--log",
                proxy.folder + "/access.log",
            ])
        let findings = try document(outcome.output)["findings"]?.array ?? []
        let prefix = "host.log.signature."
        return Set(
            findings.filter { $0["state"]?.string == "present" }.compactMap { $0["id"]?.string }
                .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
    }

    // Needs the packages nginx, curl and openssl.
    @Test(.enabled(if: Service.has(nginx) && Service.has("/usr/bin/curl")))
    func `nginx writes what the cases say that it writes, and nothing of it in good times`() throws
    {
        let proxy = try Proxy()
        let (plain, tls, picky, closing) = (
            proxy.ports[0], proxy.ports[1], proxy.ports[2], proxy.ports[3]
        )
        // A page that is there, over TLS: nothing is wrong but that it does not exist.
        try proxy.ask("https://127.0.0.1:\(tls)/missing")
        #expect(try present(proxy) == [])
        try proxy.ask("http://127.0.0.1:\(plain)/")
        #expect(try present(proxy) == ["service-not-listening-on-that-address"])
        try proxy.ask("http://127.0.0.1:\(closing)/")
        #expect(try present(proxy).contains("keepalive-timeout-race"))
        try proxy.ask("https://127.0.0.1:\(picky)/")
        #expect(try present(proxy).contains("client-certificate-required-or-rejected"))
        try proxy.ask("http://127.0.0.1:\(tls)/")
        #expect(try present(proxy).contains("tls-and-plain-text-mixed-up"))
        try proxy.ask("https://127.0.0.1:\(plain)/")
        let both = try Inquest.run(["host", "--log", proxy.folder + "/access.log"])
        #expect(both.output.contains("tls-and-plain-text-mixed-up"))
        #expect(try present(proxy).count == 4)
    }
}
