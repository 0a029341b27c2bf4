import Foundation

/// A Java TLS server (JDK 17, single-file source) that answers "ok" to whatever comes first and
/// closes politely.
func javaServer(
    _ issued: Certificates.Issued, _ properties: [String] = [],
    protocols: String = "TLSv1.2,TLSv1.3"
) async throws -> ServerProcess {
    let port = FreePort.take()
    let folder = TemporaryFolder()
    let store = folder.path + "/store.p12"
    try command(
        [
            "openssl", "pkcs12", "-export", "-in", issued.chain, "-inkey", issued.key, "-out",
            store,
            "-passout", "pass:secret",
        ], in: folder.path)
    let source = try folder.file("Server.java", javaSource)
    return try await ServerProcess.start(
        ["java", "-XX:TieredStopAtLevel=1"] + properties.map { "-D" + $0 }
            + [source, String(port), store, protocols], port: port, keeping: folder)
}

private let javaSource = """
    import java.io.*;
    import java.net.InetAddress;
    import java.security.KeyStore;
    import javax.net.ssl.*;

    public class Server {
        public static void main(String[] words) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream file = new FileInputStream(words[1])) {
                store.load(file, "secret".toCharArray());
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, "secret".toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(Integer.parseInt(words[0]), 50, InetAddress.getByName("127.0.0.1"));
            listener.setEnabledProtocols(words[2].split(","));
            while (true) {
                SSLSocket socket = (SSLSocket) listener.accept();
                new Thread(() -> serve(socket)).start();
            }
        }

        static void serve(SSLSocket socket) {
            try (socket) {
                byte[] bytes = new byte[4096];
                while (socket.getInputStream().read(bytes) > 0) {
                    socket.getOutputStream().write("ok".getBytes());
                }
            } catch (IOException ended) {
            }
        }
    }
    """
