import Foundation

/// nginx in the foreground, without root's folders.
enum Nginx {
    /// - Parameters:
    ///   - server: what stands in `server { }`.
    ///   - http: what stands in `http { }` before it.
    static func start(
        port: UInt16, listen: String = "", _ server: String, http: String = ""
    ) async throws -> (ServerProcess, TemporaryFolder) {
        let folder = TemporaryFolder()
        let file = try folder.file(
            "nginx.conf",
            """
            daemon off;
            pid \(folder.path)/pid;
            error_log stderr;
            worker_processes 1;
            events {}
            http {
                access_log off;
                client_body_temp_path \(folder.path)/body;
                proxy_temp_path \(folder.path)/proxy;
                fastcgi_temp_path \(folder.path)/fastcgi;
                uwsgi_temp_path \(folder.path)/uwsgi;
                scgi_temp_path \(folder.path)/scgi;
                default_type text/plain;
                \(http)
                server {
                    listen 127.0.0.1:\(port) \(listen);
                    \(server)
                }
            }

            """)
        // The worker runs as nobody where the master is root: it writes into its folders.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let process = try await ServerProcess.start(
            ["nginx", "-c", file, "-p", folder.path], port: port)
        return (process, folder)
    }
}
