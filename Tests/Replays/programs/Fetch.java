import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** One HttpClient (HTTP/1.1, kept connections) that asks again and again. */
public class Fetch {
    /** Arguments: URL, how many, pause in ms, deadline of a request in ms (0: none). */
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3)).build();
        int deadline = Integer.parseInt(arguments[3]);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(arguments[0]));
        if (deadline > 0) {
            request.timeout(Duration.ofMillis(deadline));
        }
        for (int number = 0; number < Integer.parseInt(arguments[1]); number++) {
            try {
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException late) {
                System.err.println(late);
            }
            Thread.sleep(Long.parseLong(arguments[2]));
        }
    }
}
