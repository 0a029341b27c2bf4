import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** HTTPS with SSLSocket, a thread a connection: ADDRESS PORT KEYSTORE.p12 PASSWORD. */
public class SessionServer {
    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[3].toCharArray();
        KeyStore store = KeyStore.getInstance(new java.io.File(arguments[2]), password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(Integer.parseInt(arguments[1]), 50,
                                InetAddress.getByName(arguments[0]));
        while (true) {
            SSLSocket socket = (SSLSocket) listener.accept();
            Thread worker = new Thread(() -> serve(socket));
            worker.setDaemon(true);
            worker.start();
        }
    }

    /** Answers each request until the client leaves. */
    static void serve(SSLSocket socket) {
        byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n".getBytes();
        byte[] buffer = new byte[4096];
        try (socket) {
            InputStream input = socket.getInputStream();
            OutputStream output = socket.getOutputStream();
            while (input.read(buffer) > 0) {
                output.write(answer);
            }
        } catch (Exception ended) {
            // An unclean close arrives here; the session has been invalidated by then.
        }
    }
}
