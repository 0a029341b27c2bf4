import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A home-made connection pool: one request each, put back, and never looked at again. */
public class PoolLeak {
    /** Arguments: address, port, how many, pause in ms, how long to live in ms. */
    public static void main(String[] arguments) throws Exception {
        List<Socket> pool = new ArrayList<>();
        byte[] request = "GET /report HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
        for (int number = 0; number < Integer.parseInt(arguments[2]); number++) {
            Socket link = new Socket(arguments[0], Integer.parseInt(arguments[1]));
            link.getOutputStream().write(request);
            link.getInputStream().read(new byte[8192]);
            pool.add(link);
            Thread.sleep(Long.parseLong(arguments[3]));
        }
        Thread.sleep(Long.parseLong(arguments[4]));
        System.out.println(pool.size());
    }
}
