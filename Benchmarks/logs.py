"""A log of a web server and its proxy, and the texts that a peer looks for in it."""
import random

# What one line in a hundred thousand bears.
KNOWN = ("2026/01/01 03:04:05 [error] 31#31: *1 upstream prematurely closed connection while "
         "reading response header from upstream\n")

# Of the casebook's signatures, as plain texts.
TEXTS = [
    "upstream prematurely closed connection", "unexpected eof while reading",
    "client sent plain HTTP request to HTTPS port", "peer did not return a certificate",
    "server reached MaxRequestWorkers setting", "server reached pm.max_children setting",
    "Connection is not available, request timed out", "possible SYN flooding on port",
    "table full, dropping packet", "(24: Too many open files)",
]


def write(path, size):
    """About `size` bytes, always the same."""
    chance = random.Random(1)
    lines = [KNOWN]
    for _ in range(99_999):
        clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        client = f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"
        if chance.random() < 0.5:
            lines.append(f"{client} - - [01/Jan/2026:{clock} +0000] \"GET /a/"
                         f"{chance.randrange(10**6)} HTTP/1.1\" 200 5120 \"-\" \"curl/8.0\"\n")
        else:
            lines.append(f"2026/01/01 {clock} [error] 31#31: *{chance.randrange(10**6)} upstream "
                         f"timed out (110: Connection timed out) while connecting to upstream, "
                         f"client: {client}, server: example.test\n")
    block = "".join(lines).encode()
    with open(path, "wb") as file:
        for _ in range(max(1, size // len(block))):
            file.write(block)
