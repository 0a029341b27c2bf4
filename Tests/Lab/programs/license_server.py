"""A license server: ADDRESS PORT CERT KEY MODE [CA]. A thread serves each seat; MODE says where
the handshake is done: "loop" (inside the accept loop: the fault), "busy" (so, and each takes 70 ms
longer), "threads" (in the seat's thread, with a deadline), "slow" (in threads, each after a pause
of 3 s). With CA seats show a certificate.
"""

import socket
import ssl
import sys
import threading
import time

address, port, certificate, key, mode = sys.argv[1:6]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
if len(sys.argv) > 6:
    context.load_verify_locations(sys.argv[6])
    context.verify_mode = ssl.CERT_REQUIRED
listener = socket.create_server((address, int(port)), backlog=16)


def serve(link):
    """Answer each line until the seat leaves."""
    try:
        while line := link.recv(4096):
            link.sendall(b"OK " + line)
        link.unwrap()
    except OSError:
        pass
    link.close()


def greet(raw):
    """The handshake in the seat's own thread."""
    if mode == "slow":
        time.sleep(3.0)
    raw.settimeout(5.0)
    try:
        link = context.wrap_socket(raw, server_side=True)
        link.settimeout(None)
    except OSError:
        raw.close()
        return
    serve(link)


while True:
    raw, _ = listener.accept()
    if mode in ("loop", "busy"):
        try:
            time.sleep(0.07 if mode == "busy" else 0.0)
            link = context.wrap_socket(raw, server_side=True)
        except OSError:
            raw.close()
            continue
        threading.Thread(target=serve, args=(link,), daemon=True).start()
    else:
        threading.Thread(target=greet, args=(raw,), daemon=True).start()
