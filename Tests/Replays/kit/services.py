"""Real servers with readiness checks; each is started inside a host of the lab."""

from .lab import run

NGINX = """
daemon off; master_process off; worker_processes 1; pid {dir}/nginx{n}.pid;
error_log {dir}/nginx{n}-error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/plain; server_tokens off;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_temp_path {dir}/b{n}; proxy_temp_path {dir}/p{n}; fastcgi_temp_path {dir}/f{n};
  uwsgi_temp_path {dir}/u{n}; scgi_temp_path {dir}/s{n};
  {body}
}}
"""
HAPROXY = """
global
  maxconn 200
  log stderr local0 err
  {settings}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
{body}
"""


def certificate(lab, name="shop.example.com", kind="ec", authority=None, usage="serverAuth"):
    """A certificate of one year and its key; self-signed without an `authority` pair."""
    stem = f"{name.split('.')[0]}-{lab.serial()}"
    cert, key = lab.path(f"{stem}.crt"), lab.path(f"{stem}.key")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    if kind.startswith("rsa"):
        new_key = ["-newkey", f"rsa:{kind[3:] or 2048}"]
    argv = ["openssl", "req", "-x509", "-nodes", *new_key, "-subj", f"/CN={name}", "-days", "365",
            "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", cert]
    if authority:
        argv += ["-CA", authority[0], "-CAkey", authority[1],
                 "-addext", f"extendedKeyUsage={usage}",
                 "-addext", "basicConstraints=critical,CA:false"]
    run(*argv)
    run("chmod", "644", key)
    return cert, key


def nginx(host, body, port):
    """nginx as one process with this `http {}` content."""
    number = host.lab.serial()
    text = NGINX.format(dir=host.lab.directory, n=number, body=body)
    path = host.lab.write(f"nginx{number}.conf", text)
    process = host.spawn("nginx", "-c", path, "-e", host.lab.path(f"nginx{number}-error.log"))
    host.listening(port)
    return process


def haproxy(host, body, port, settings=""):
    """HAProxy with these sections after common defaults (HTTP mode), and global `settings`."""
    path = host.lab.write(f"haproxy{host.lab.serial()}.cfg",
                          HAPROXY.format(body=body, settings=settings))
    process = host.spawn("haproxy", "-db", "-f", path)
    if port:
        host.listening(port)
    return process


def stunnel(host, accept, connect, pair, extra=""):
    """stunnel as TLS server in front of a plain service."""
    path = host.lab.write(
        f"stunnel{host.lab.serial()}.conf",
        f"foreground = yes\npid =\ndebug = notice\n{extra}\n[service]\naccept = {accept}\n"
        f"connect = {connect}\ncert = {pair[0]}\nkey = {pair[1]}\n")
    process = host.spawn("stunnel", path)
    host.listening(accept)
    return process


def s_server(host, port, pair, *extra):
    """openssl s_server: one connection after the other, the handshake in its accept loop."""
    process = host.spawn("openssl", "s_server", "-accept", port, "-cert", pair[0], "-key", pair[1],
                         "-quiet", *extra)
    host.listening(port)
    return process


def unbound(host, addresses, text_bytes):
    """unbound with one name, big.example, whose TXT answer takes `text_bytes` and goes by UDP."""
    texts = "".join(f"  local-data: 'big.example. 60 IN TXT \"{number:03}{'x' * 247}\"'\n"
                    for number in range(text_bytes // 262))
    path = host.lab.write(
        f"unbound{host.lab.serial()}.conf",
        "server:\n  do-daemonize: no\n  username: ''\n  chroot: ''\n  pidfile: ''\n"
        "  use-syslog: no\n  access-control: 0.0.0.0/0 allow\n  access-control: ::/0 allow\n"
        "  edns-buffer-size: 4096\n  max-udp-size: 4096\n  local-zone: 'example.' static\n"
        + "".join(f"  interface: {address}\n" for address in addresses) + texts)
    process = host.spawn("unbound", "-c", path)
    host.listening(53)
    return process
