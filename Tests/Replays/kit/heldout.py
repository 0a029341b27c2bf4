"""What several held-out scenarios share: small networks, Java, Apache, remotes that fall silent."""

import os
import socket
import ssl
import threading
import time

from . import clients
from .lab import run

PROGRAMS = os.path.join(os.path.dirname(__file__), "..", "programs")
MODULES = "/usr/lib/apache2/modules"
APACHE = """
ServerName shop.example.com
ServerTokens Prod
DocumentRoot {dir}
PidFile {dir}/apache{n}.pid
ErrorLog {dir}/apache{n}-error.log
User www-data
Group www-data
{body}
"""


def program(name):
    """The path of a program of Tests/Replays/programs."""
    return os.path.abspath(os.path.join(PROGRAMS, name))


def speaks_ipv6(hosts):
    """Give hosts without links yet link-local addresses: an IPv6 router asks from them."""
    for host in hosts:
        host.sysctl(ipv6__conf__default__addr_gen_mode=0)


def lan(lab, prefix, names, first=10):
    """Hosts on one switch; `prefix` is "192.0.2." or "2001:db8:7::"; hosts get first, first+1…"""
    hosts = [lab.host(name) for name in names]
    length = 64 if ":" in prefix else 24
    lab.lan("switch", [(host, "eth0", f"{prefix}{first + number}/{length}")
                       for number, host in enumerate(hosts)])
    return hosts


def chain(lab, prefixes, names, first=10, last=80):
    """Hosts in a row; the inner ones route. `prefixes` has one network for each link."""
    hosts = [lab.host(name) for name in names]
    speaks_ipv6(hosts)
    length = 64 if ":" in prefixes[0] else 24
    for router in hosts[1:-1]:
        router.router()
    for number, prefix in enumerate(prefixes):
        left = first if number == 0 else 2
        right = last if number == len(prefixes) - 1 else 1
        lab.link(hosts[number], "eth0" if number == 0 else "eth1", f"{prefix}{left}/{length}",
                 hosts[number + 1], "eth0", f"{prefix}{right}/{length}")
    for number, host in enumerate(hosts):
        if number + 1 < len(prefixes):
            host.ip(f"route add default via {prefixes[number]}1")
        if number == len(hosts) - 1:
            host.ip(f"route add default via {prefixes[-1]}2")
        for back in range(number - 1 if 0 < number < len(hosts) - 1 else 0):
            host.ip(f"route add {prefixes[back]}{'' if length == 64 else 0}/{length} "
                    f"via {prefixes[number - 1]}2")
    return hosts


def keystore(lab, pair):
    """A PKCS#12 file (password "heldout") of a certificate and its key."""
    store = lab.path(f"store-{lab.serial()}.p12")
    run("openssl", "pkcs12", "-export", "-in", pair[0], "-inkey", pair[1], "-out", store,
        "-passout", "pass:heldout")
    return store


def java(host, name, *arguments, options=()):
    """Start a Java program; its compiler needs a second or two first."""
    return host.spawn("java", "-Xmx96m", "-XX:TieredStopAtLevel=1", *options,
                      program(f"{name}.java"), *arguments)


def apache(host, body, port, modules=(), workers="prefork"):
    """Apache with these directives; `modules` are names such as "ssl"."""
    number = host.lab.serial()
    os.chmod(host.lab.directory, 0o755)
    host.lab.write("index.html", "ok\n")
    loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so"
                      for name in (f"mpm_{workers}", "authz_core", *modules))
    text = f"{loads}\n" + APACHE.format(dir=host.lab.directory, n=number, body=body)
    path = host.lab.write(f"apache{number}.conf", text)
    # On SIGTERM Apache signals its whole process group: give it one of its own.
    process = host.spawn("apache2", "-f", path, "-D", "FOREGROUND", start_new_session=True)
    host.listening(port)
    return process


def done(processes, timeout=60.0):
    """Wait for these programs."""
    return [process.wait(timeout) for process in processes]


def spread(start, number, apart):
    """Call `start` so many times, `apart` seconds between."""
    started = []
    for _ in range(number):
        started.append(start())
        time.sleep(apart)
    return started


def falls_silent(address, answered, late=0.0, pair=None):
    """A web server that answers so many requests and reads, but never answers, all later ones."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listener = socket.create_server(address, family=family, backlog=64)
    context, lock, count, kept = None, threading.Lock(), [0], []
    if pair:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)

    def serve(link):
        try:
            if context:
                link = context.wrap_socket(link, server_side=True)
            link.recv(4096)
            with lock:
                count[0] += 1
                silent = count[0] > answered
                kept.append(link)
            if silent:
                return
            time.sleep(late)
            link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlist\n")
            if context:
                link.unwrap()
            link.close()
        except OSError:
            pass
    while True:
        link, _ = listener.accept()
        threading.Thread(target=serve, args=(link,), daemon=True).start()


def try_tls(address, deadline):
    """A handshake and a line; failure is part of the plan."""
    try:
        clients.line_over_tls(address, deadline)
    except (TimeoutError, OSError):
        pass
