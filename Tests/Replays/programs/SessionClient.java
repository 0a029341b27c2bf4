import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Connections of one SSLContext that offer the last session and end as told. */
public class SessionClient {
    private static final byte[] REQUEST =
        "GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Arguments: address, port, closes (c clean, u without close_notify, r reset), pause in ms. */
    public static void main(String[] arguments) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        for (char close : arguments[2].toCharArray()) {
            Socket raw = new Socket();
            raw.connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 5000);
            SSLSocket link = (SSLSocket) context.getSocketFactory()
                .createSocket(raw, arguments[0], raw.getPort(), false);
            link.setSoTimeout(5000);
            link.startHandshake();
            link.getOutputStream().write(REQUEST);
            if (link.getInputStream().read(new byte[8192]) < 1) {
                throw new IllegalStateException("no answer");
            }
            if (close == 'c') {
                link.close();
            } else if (close == 'r') {
                raw.setSoLinger(true, 0);
            }
            raw.close();
            Thread.sleep(Long.parseLong(arguments[3]));
        }
    }

    /** Laboratory certificates have no authority. */
    private static final class TrustAll implements X509TrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String type) { }

        public void checkServerTrusted(X509Certificate[] chain, String type) { }

        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
