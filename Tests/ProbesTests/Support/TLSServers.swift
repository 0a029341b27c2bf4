import Foundation

/// `openssl s_server` in one of its modes on a free port.
func opensslServer(
    _ issued: Certificates.Issued, _ options: [String] = ["-www"], port: UInt16 = FreePort.take()
) async throws -> ServerProcess {
    try await ServerProcess.start(
        [
            "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", issued.certificate,
            "-key", issued.key, "-cert_chain", issued.chain, "-quiet",
        ] + options, port: port)
}

/// nginx with one server block; `listen` lines are made for `ports`, the rest is given.
func nginx(
    ports: [UInt16], listen: String = "ssl", _ server: String, http: String = ""
) async throws -> ServerProcess {
    let folder = TemporaryFolder()
    let path = folder.path
    let listens = ports.map { "listen 127.0.0.1:\($0) \(listen);" }.joined(separator: " ")
    let configuration = """
        daemon off; master_process off; worker_processes 1; pid \(path)/pid;
        error_log stderr; events { worker_connections 256; }
        http { access_log off; client_body_temp_path \(path)/b; proxy_temp_path \(path)/p;
          fastcgi_temp_path \(path)/f; uwsgi_temp_path \(path)/u; scgi_temp_path \(path)/s;
          \(http)
          server { \(listens) \(server) } }
        """
    let file = try folder.file("nginx.conf", configuration)
    return try await ServerProcess.start(
        ["nginx", "-p", path, "-c", file, "-e", "stderr"], port: ports[0], keeping: folder)
}

/// The directives of nginx for a certificate.
func nginxCertificate(_ issued: Certificates.Issued) -> String {
    "ssl_certificate \(issued.chain); ssl_certificate_key \(issued.key);"
}

/// HAProxy with the given sections after `global` and `defaults`.
func haproxy(_ sections: String, port: UInt16) async throws -> ServerProcess {
    let folder = TemporaryFolder()
    let file = try folder.file(
        "haproxy.cfg",
        """
        global
            maxconn 500
        defaults
            mode tcp
            timeout connect 5s
            timeout client 30s
            timeout server 30s
        \(sections)

        """)
    return try await ServerProcess.start(["haproxy", "-f", file], port: port, keeping: folder)
}
