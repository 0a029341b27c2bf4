"""Real TLS servers on loopback, one for each way in which they differ."""
import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time

from authority import NAME, Authority

OLD = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
JAVA = """
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
        ServerSocketLoop.run((SSLServerSocket) context.getServerSocketFactory().createServerSocket(
            Integer.parseInt(words[0]), 50, InetAddress.getByName("127.0.0.1")));
    }
}

class ServerSocketLoop {
    static void run(SSLServerSocket listener) throws IOException {
        while (true) {
            SSLSocket socket = (SSLSocket) listener.accept();
            new Thread(() -> {
                try (socket) {
                    byte[] bytes = new byte[4096];
                    while (socket.getInputStream().read(bytes) > 0) {
                        socket.getOutputStream().write("ok".getBytes());
                    }
                } catch (IOException ended) {
                }
            }).start();
        }
    }
}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Farm:
    """Starts servers and ends them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = Authority(folder)
        self.children = []
        self.good = self.authority.leaf("good")
        self.rsa = self.authority.leaf("rsa", rsa=True)

    @property
    def roots(self):
        return self.folder / "root.pem"

    def start(self, words, port, **more):
        log = open(self.folder / f"log-{port}", "wb")
        child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=log, stderr=log,
                                 cwd=self.folder, **more)
        self.children.append(child)
        for _ in range(600):
            if child.poll() is not None:
                break
            listening = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True)
            if listening.stdout:
                return port
            time.sleep(0.05)
        raise RuntimeError(f"{words[0]}: {(self.folder / f'log-{port}').read_text()[-400:]}")

    def stop(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            if child.poll() is None:
                child.kill()
        self.authority.web.shutdown()

    def openssl(self, *words, leaf=None):
        leaf, port = leaf or self.good, free_port()
        rest = ["-cert_chain", str(leaf.rest)] if leaf.rest.stat().st_size else []
        return self.start(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(leaf.alone),
             "-key", str(leaf.key), *rest, "-www", "-quiet", *words], port)

    def nginx(self):
        port = free_port()
        self.authority.staple(self.good)
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; master_process off; pid nginx.pid; error_log stderr; events {{}}
            http {{ access_log off; client_body_temp_path b; proxy_temp_path p;
              fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
              server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {self.good.chain};
                ssl_certificate_key {self.good.key}; ssl_protocols TLSv1.2 TLSv1.3;
                ssl_session_cache shared:S:1m; ssl_stapling on; ssl_stapling_file staple.der;
                location / {{ return 200 ok; }} }} }}""", encoding="utf-8")
        return self.start(["nginx", "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr"], port)

    def haproxy(self):
        port = free_port()
        pem = self.folder / "haproxy.pem"
        pem.write_text(self.rsa.chain.read_text() + self.rsa.key.read_text(), encoding="utf-8")
        (self.folder / "haproxy.cfg").write_text(f"""
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend tls
    bind 127.0.0.1:{port} ssl crt {pem} alpn h2,http/1.1 ssl-min-ver TLSv1.2
    http-request return status 200
""", encoding="utf-8")
        return self.start(["haproxy", "-f", "haproxy.cfg"], port)

    def apache(self):
        port = free_port()
        modules = "/usr/lib/apache2/modules"
        (self.folder / "apache.conf").write_text(f"""
            ServerName {NAME}
            ServerRoot {self.folder}
            PidFile apache.pid
            ErrorLog {self.folder}/apache.log
            Listen 127.0.0.1:{port}
            LoadModule mpm_event_module {modules}/mod_mpm_event.so
            LoadModule authz_core_module {modules}/mod_authz_core.so
            LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
            LoadModule ssl_module {modules}/mod_ssl.so
            LoadModule http2_module {modules}/mod_http2.so
            Mutex file:{self.folder}
            SSLSessionCache shmcb:{self.folder}/sessions(512000)
            Protocols h2 http/1.1
            SSLEngine on
            SSLProtocol -all +TLSv1.2 +TLSv1.3
            SSLCertificateFile {self.rsa.chain}
            SSLCertificateKeyFile {self.rsa.key}
            """, encoding="utf-8")
        # Apache does not run its children as root.
        os.chmod(self.folder, 0o755)
        return self.start(["apache2", "-D", "FOREGROUND", "-f", f"{self.folder}/apache.conf"], port)

    def java(self):
        port = free_port()
        subprocess.run(["openssl", "pkcs12", "-export", "-in", self.rsa.chain, "-inkey",
                        self.rsa.key, "-out", "java.p12", "-passout", "pass:secret"], check=True,
                       cwd=self.folder)
        (self.folder / "Server.java").write_text(JAVA, encoding="utf-8")
        return self.start(["java", "-XX:TieredStopAtLevel=1", "Server.java", str(port), "java.p12"],
                          port)


def all_servers(farm):
    """Name, and what starts it and returns its port."""
    make, good = farm.authority.leaf, farm.openssl
    yield "every version", lambda: good("-cipher", OLD)
    for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
        old = ("-cipher", OLD) if version < "tls1_2" else ()
        yield f"{version} only", lambda words=(f"-{version}", *old): good(*words)
    yield "no tickets", lambda: good("-no_ticket")
    yield "no sessions", lambda: good("-no_ticket", "-no_cache")
    yield "expired", lambda: good(leaf=make("expired", days=-1))
    yield "self-signed", lambda: good(leaf=make("self", issuer=None, presents=()))
    yield "intermediate missing", lambda: good(leaf=make("alone", presents=()))
    yield "wrong name", lambda: good(leaf=make("other", host="other.example.test"))
    yield "weak DH and suites", lambda: good(
        "-tls1_2", "-cipher", "DHE:aNULL:eNULL:kRSA:@SECLEVEL=0", "-dhparam", farm.authority.weak_dh(),
        leaf=farm.rsa)
    yield "wants a client certificate", lambda: good("-verify", "1")
    yield "refuses without one", lambda: good("-Verify", "1", "-verify_return_error")
    yield "nginx", farm.nginx
    yield "HAProxy", farm.haproxy
    yield "Apache", farm.apache
    yield "Java", farm.java


@contextlib.contextmanager
def farm():
    with tempfile.TemporaryDirectory(prefix="compare-tls-") as folder:
        made = Farm(folder)
        try:
            yield made
        finally:
            made.stop()
