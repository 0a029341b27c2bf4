"""Small Python servers for what the packaged ones cannot be made to do."""

import http.server
import socket
import ssl
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    """/slow/SECONDS answers late, /size/BYTES answers that much, all else at once."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "shop", ""

    def do_GET(self):
        """Answer by path."""
        parts = urllib.parse.urlparse(self.path).path.strip("/").split("/")
        body = b"ok\n"
        if parts[0] == "slow":
            time.sleep(float(parts[1]))
        if parts[0] == "size":
            body = b"x" * int(parts[1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        """Read the body whole, then answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_):
        """Stay quiet."""


class Server(http.server.ThreadingHTTPServer):
    """IPv4 or IPv6 by the address, a thread a connection."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)

    def handle_error(self, *_):
        """A client that goes away is part of the plan."""


def serve_http(address, pair=None):
    """Python's standard threaded server; with `pair` the listening socket is wrapped by TLS.

    Wrapping the listener is what many scripts do: the handshake then runs inside accept(), in the
    one thread that accepts.
    """
    server = Server(address)
    if pair:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
