import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A TLS server whose one accepting thread also does the handshakes; answers by threads. */
public class HandshakeLoop {
    private static final byte[] ANSWER =
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n".getBytes(StandardCharsets.US_ASCII);

    /** Arguments: address, port, PKCS#12 file, its password. */
    public static void main(String[] arguments) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(Path.of(arguments[2]))) {
            store.load(file, arguments[3].toCharArray());
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, arguments[3].toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(Integer.parseInt(arguments[1]), 50,
                InetAddress.getByName(arguments[0]));
        while (true) {
            SSLSocket link = (SSLSocket) server.accept();
            try {
                link.startHandshake();
                new Thread(() -> serve(link)).start();
            } catch (IOException failed) {
                link.close();
            }
        }
    }

    /** Answers every request head on one connection until the client ends it. */
    private static void serve(SSLSocket link) {
        try (link) {
            InputStream input = link.getInputStream();
            byte[] buffer = new byte[8192];
            while (input.read(buffer) > 0) {
                link.getOutputStream().write(ANSWER);
                link.getOutputStream().flush();
            }
        } catch (IOException gone) {
            return;
        }
    }
}
