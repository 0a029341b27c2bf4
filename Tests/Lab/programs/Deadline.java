import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks URL so often with a deadline in milliseconds and gives up each time: URL COUNT DEADLINE. */
public class Deadline {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .timeout(Duration.ofMillis(Long.parseLong(arguments[2]))).build();
        for (int number = 0; number < Integer.parseInt(arguments[1]); number++) {
            try {
                client.send(request, HttpResponse.BodyHandlers.discarding());
            } catch (java.io.IOException late) {
                // The deadline, or the ban.
            }
            Thread.sleep(200);
        }
    }
}
