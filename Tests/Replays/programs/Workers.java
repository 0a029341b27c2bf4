import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.concurrent.Executors;

/** A web server with so many workers; each page first fetches a URL, without any timeout. */
public class Workers {
    /** Arguments: address, port, workers, URL. */
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(
            new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 64);
        server.setExecutor(Executors.newFixedThreadPool(Integer.parseInt(arguments[2])));
        URL remote = new URL(arguments[3]);
        server.createContext("/", exchange -> answer(exchange, remote));
        server.start();
    }

    private static void answer(HttpExchange exchange, URL remote) throws IOException {
        int status = 200;
        try (InputStream body = remote.openStream()) {
            body.readAllBytes();
        } catch (IOException failed) {
            status = 502;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
