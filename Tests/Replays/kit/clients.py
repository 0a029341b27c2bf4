"""Clients as plain functions; `Host.start` and `Host.call` run them inside a namespace."""

import socket
import ssl
import struct
import time


def tls_context(version=None, tickets=True):
    """A context that verifies nothing (laboratory certificates); `version` pins one version."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    if not tickets:
        context.options |= ssl.OP_NO_TICKET
    return context


def connect(address, timeout=10.0, source=None):
    """A TCP connection to (host, port), IPv4 or IPv6."""
    return socket.create_connection(address, timeout, source and (source, 0))


def silent(address, seconds, first=b"", source=None):
    """Connect, send `first` (often nothing), stay silent, close: what `nc` does at a prompt."""
    with connect(address, source=source) as link:
        if first:
            link.sendall(first)
        time.sleep(seconds)


def banner_check(address, every, wait, times, source=None):
    """A health check that waits `wait` seconds for a greeting, as for SMTP, and closes."""
    begin = time.monotonic()
    for number in range(times):
        time.sleep(max(0.0, begin + number * every - time.monotonic()))
        with connect(address, source=source) as link:
            link.settimeout(wait)
            try:
                link.recv(1)
            except TimeoutError:
                pass


def line_over_tls(address, timeout=10.0, source=None, line=b"CHECKOUT seat-1\n", name=None,
                  own=None):
    """Handshake, one line, one answer, a clean close; returns the handshake's seconds.

    `own` is a certificate and its key, for servers that want one of the client.
    """
    context = tls_context()
    if own:
        context.load_cert_chain(*own)
    raw = connect(address, timeout, source)
    begin = time.monotonic()
    with context.wrap_socket(raw, server_hostname=name or "license.example.com") as link:
        took = time.monotonic() - begin
        link.sendall(line)
        link.recv(4096)
        try:
            link.unwrap()
        except (ssl.SSLError, OSError):
            pass
    return took


def http_exchange(link, host="shop.example.com", path="/", extra=""):
    """One HTTP/1.1 request on an open connection; returns its head and body."""
    link.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        more = link.recv(65536)
        if not more:
            return data, b""
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for row in head.split(b"\r\n"):
        if row.lower().startswith(b"content-length:"):
            length = int(row.split(b":")[1])
    while len(body) < length:
        more = link.recv(65536)
        if not more:
            break
        body += more
    return head, body


def abort(link):
    """Close with linger 0: RST at once."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    link.close()


def session_series(address, closes, version=ssl.TLSVersion.TLSv1_2, tickets=False, pause=0.3,
                   source=None, offer=True):
    """HTTPS connections that each offer the newest session; `closes` says how each one ends.

    "c" sends close_notify, "u" sends only FIN, "r" resets. Python copies the session before it
    frees the connection, so an unclean close does not spoil it on our side (it would in C, see
    SSL_free(3)). Returns "R" or "F" for each connection: resumed or full.
    """
    context = tls_context(version, tickets)
    session, outcome = None, ""
    for close in closes:
        raw = connect(address, source=source)
        link = context.wrap_socket(raw, server_hostname="shop.example.com", session=session)
        outcome += "R" if link.session_reused else "F"
        http_exchange(link)
        if offer:
            session = link.session
        if close == "c":
            try:
                link.unwrap()
            except (ssl.SSLError, OSError):
                pass
        if close == "r":
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
        time.sleep(pause)
    return outcome


def ask_text(address, name, times):
    """DNS questions for TXT with EDNS (4096 bytes) over UDP; returns the answers' lengths."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    lengths = []
    for number in range(times):
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.settimeout(5)
            link.sendto(struct.pack(">6H", 100 + number, 0x100, 1, 0, 0, 1) + labels + b"\0"
                        + struct.pack(">HH", 16, 1) + b"\0" + struct.pack(">HHIH", 41, 4096, 0, 0),
                        address)
            lengths.append(len(link.recv(8192)))
    return lengths
