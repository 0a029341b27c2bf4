"""A small certificate authority, made with openssl(1)."""
import functools
import http.server
import os
import pathlib
import subprocess
import threading
import typing

NAME = "localhost"


class Authority:
    """A root, an intermediate and leaves, made with openssl(1) in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self._issue("root", ["basicConstraints=critical,CA:TRUE",
                                         "keyUsage=critical,keyCertSign,cRLSign"])
        self.middle = self._issue("middle", ["basicConstraints=critical,CA:TRUE",
                                             "keyUsage=critical,keyCertSign,cRLSign"], self.root)
        self.issuer_url = self._publish()

    def _run(self, *words):
        subprocess.run(["openssl", *words], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _publish(self):
        """Where the intermediate can be had (RFC 5280 §4.2.2.1)."""
        self._run("x509", "-in", "middle.pem", "-outform", "DER", "-out", "middle.der")
        handler = functools.partial(_Quiet, directory=str(self.folder))
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.web.server_port}/middle.der"

    def _issue(self, name, extensions, issuer=None, days=300, subject=None, rsa=False):
        key = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if rsa else [
            "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self._run("genpkey", *key, "-out", f"{name}.key")
        self._run("req", "-new", "-key", f"{name}.key", "-subj", f"/O=Inquest/CN={subject or name}",
                  "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(
            "\n".join([*extensions, "subjectKeyIdentifier=hash"]) + "\n", encoding="utf-8")
        signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer else [
            "-signkey", f"{name}.key"]
        self._run("x509", "-req", "-in", f"{name}.csr", "-extfile", f"{name}.ext", "-sha256",
                  "-set_serial", str(int.from_bytes(os.urandom(8), "big") >> 1), "-days", str(days),
                  *signer, "-out", f"{name}.pem")
        return name

    def leaf(self, name, host=NAME, issuer="middle", days=90, presents=("middle",), rsa=False):
        """A certificate for `host`, followed by those that are presented with it."""
        extensions = ["basicConstraints=critical,CA:FALSE", f"subjectAltName=DNS:{host}",
                      "keyUsage=critical,digitalSignature,keyEncipherment",
                      "extendedKeyUsage=serverAuth", "authorityKeyIdentifier=keyid"]
        if issuer == "middle":
            extensions.append(f"authorityInfoAccess=caIssuers;URI:{self.issuer_url}")
        self._issue(name, extensions, issuer, days, host, rsa)
        parts = [(self.folder / f"{part}.pem").read_text() for part in (name, *presents)]
        (self.folder / f"{name}.chain").write_text("".join(parts), encoding="utf-8")
        (self.folder / f"{name}.rest").write_text("".join(parts[1:]), encoding="utf-8")
        return Leaf(*(self.folder / f"{name}.{end}" for end in ("chain", "pem", "key", "rest")))

    def staple(self, leaf):
        """An OCSP response that calls the leaf good."""
        serial = subprocess.run(["openssl", "x509", "-in", leaf.alone, "-noout", "-serial"],
                                check=True, capture_output=True, text=True).stdout
        serial = serial.strip().split("=")[1]
        (self.folder / "index").write_text(
            f"V\t401231000000Z\t\t{serial}\tunknown\t/CN=x\n", encoding="utf-8")
        self._run("ocsp", "-issuer", "middle.pem", "-cert", str(leaf.alone), "-reqout", "ask.der")
        self._run("ocsp", "-index", "index", "-rsigner", "middle.pem", "-rkey", "middle.key",
                  "-CA", "middle.pem", "-reqin", "ask.der", "-respout", "staple.der", "-ndays", "7")
        return self.folder / "staple.der"

    def weak_dh(self):
        """Parameters of 1024 bits."""
        self._run("dhparam", "-dsaparam", "-out", "dh.pem", "1024")
        return str(self.folder / "dh.pem")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


class Leaf(typing.NamedTuple):
    """Paths of PEM files: the leaf and what follows it, the leaf, its key, what follows it."""
    chain: pathlib.Path
    alone: pathlib.Path
    key: pathlib.Path
    rest: pathlib.Path
