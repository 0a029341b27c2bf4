"""Peers in a network namespace of their own, for the tests of HostInspection.

    unshare --net python3 lab.py SCENARIO [ARGUMENT...]

Prints "ready" when the scenario stands; then does what each line of standard input says and prints
a line when that is done. Ends with its input.
"""
import os, queue as queues, resource, signal, socket, struct, subprocess, sys, threading, time

kept = []          # nothing here is closed by the garbage collector
children = []


def say(text="done"):
    print(text, flush=True)


def setting(name, value):
    with open("/proc/sys/" + name.replace(".", "/"), "w") as file:
        file.write(str(value))


def ip(*words):
    subprocess.run(["ip", *words], check=True, stdin=subprocess.DEVNULL)


def listener(backlog=4096, host="127.0.0.1", port=8000):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.create_server((host, port), family=family, backlog=backlog)
    kept.append(server)
    return server


def pair(server, request=b"", prepare=lambda client: None):
    client = socket.socket(server.family)
    prepare(client)
    client.connect(server.getsockname())
    peer, _ = server.accept()
    if request:
        client.sendall(request)
        peer.recv(len(request), socket.MSG_WAITALL)
    kept.extend([client, peer])
    return client, peer


def until(condition, what):
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.005)
    sys.exit("lab.py: gave up waiting until " + what)


def sockets(state, port=None, column=1):
    """Rows of /proc/net/tcp in a state; column 1 is the local, 2 the remote address."""
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return [r for r in rows if r[3] == state
            and (port is None or int(r[column].split(":")[1], 16) == port)]


def silent(count, host="127.0.0.1"):
    """Requests that are read and never answered; `answer` answers all, `more N` adds."""
    server = listener(host=host)
    pairs = [pair(server, b"GET / HTTP/1.1\r\n\r\n") for _ in range(int(count))]

    def handle(words):
        if words[0] == "answer":
            for client, peer in pairs:
                peer.sendall(b"a" * 150)
                client.recv(150, socket.MSG_WAITALL)
        elif words[0] == "ask":
            for client, peer in pairs:
                client.sendall(b"again")
                peer.recv(5, socket.MSG_WAITALL)
        elif words[0] == "close":
            for client, _ in pairs:
                client.close()
    return handle


def keepalive(count, seconds="7200"):
    """As `silent`, with keep-alive after some seconds."""
    def prepare(client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, int(seconds))
    server = listener()
    for _ in range(int(count)):
        pair(server, b"GET / HTTP/1.1\r\n\r\n", prepare)


def close_wait(count):
    """Connections that the clients closed; `more N` adds, `close` closes the server's side."""
    server = listener()

    def add(number):
        for _ in range(int(number)):
            client, _ = pair(server)
            client.close()
    add(count)

    def handle(words):
        if words[0] == "more":
            add(words[1])
        elif words[0] == "close":
            while kept:
                kept.pop().close()
        elif words[0] == "syn":
            syn(int(sockets("08")[0][2].split(":")[1], 16), "127.0.0.1")
    return handle


def queue(backlog, count):
    """A listener that accepts nobody; `more N` connects again, `accept` takes one."""
    server = listener(int(backlog))

    def connect(number):
        for _ in range(int(number)):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(server.getsockname())
            kept.append(client)
        until(lambda: all(len(r) for r in sockets("0A")), "the listener stands")

    connect(count)
    wanted = min(int(count), int(backlog) + 1)
    until(lambda: int(sockets("0A", 8000)[0][4].split(":")[1], 16) >= wanted, "they queue")

    def handle(words):
        if words[0] == "more":
            connect(words[1])
        elif words[0] == "accept":
            kept.append(server.accept()[0])
        elif words[0] == "send":
            for client in kept[1:]:
                try:
                    client.send(b"hello")
                except OSError:
                    pass
    return handle


def blackhole():
    """192.0.2.0/24 behind d0: an end of a cable whose other end listens to nobody."""
    ip("link", "add", "d0", "type", "veth", "peer", "name", "p0")
    ip("address", "add", "192.0.2.1/24", "dev", "d0")
    ip("link", "set", "d0", "up")
    ip("link", "set", "p0", "up")
    ip("neigh", "replace", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "nud", "permanent",
       "dev", "d0")


def syn_sent(count):
    """SYNs into a network that swallows them."""
    blackhole()
    for _ in range(int(count)):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("192.0.2.2", 80))
        kept.append(client)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def syn(source_port, source, target="127.0.0.1", port=8000):
    """A bare SYN (RFC 9293, 3.1) by hand."""
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!HHIIHHHH", source_port, port, 7, 0, 5 << 12 | 2, 64240, 0, 0)
    total = checksum(ends + struct.pack("!BBH", 0, 6, len(head)) + head)
    head = head[:16] + struct.pack("!H", total) + head[18:]
    packet = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + ends + head
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(packet, (target, 0))
    raw.close()


def syn_recv(backlog, count):
    """Half-open connections: SYNs from addresses to which SYN-ACKs get lost."""
    blackhole()
    setting("net.ipv4.tcp_syncookies", 0)
    listener(int(backlog), "0.0.0.0")
    for index in range(int(count)):
        # From loopback no SYN-ACK could be sent to them.
        syn(20000 + index, "192.0.2.%d" % (2 + index % 200), "192.0.2.1")
    until(lambda: len(sockets("03")) >= int(count), "the SYNs are taken")


def ports(first, last, count):
    """Connections from a small range of local ports."""
    setting("net.ipv4.ip_local_port_range", "%s %s" % (first, last))
    server = listener()
    for _ in range(int(count)):
        pair(server)


def aborts():
    """Ends of connections, one kind a line: KIND COUNT."""
    server = listener()

    def handle(words):
        for _ in range(int(words[1])):
            client, peer = pair(server)
            if words[0] == "unread":          # close with received bytes unread
                peer.sendall(b"a" * 100)
                until(lambda: client.recv(1, socket.MSG_PEEK), "the bytes are there")
                client.close()
            elif words[0] == "linger":        # close with zero linger
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
            elif words[0] == "late":          # close, then the answer comes
                client.sendall(b"request")
                client.close()
                # As long as the FIN is not acknowledged an answer counts as abort on data.
                until(lambda: sockets("05", 8000, 2), "the client is in FIN_WAIT2")
                peer.sendall(b"answer")
                until(lambda: not sockets("05", 8000, 2), "it has answered with RST")
            elif words[0] == "clean":         # both sides close in turn
                client.shutdown(socket.SHUT_WR)
                peer.recv(1)
                peer.close()
                client.recv(1)
                client.close()
    return handle


def stuck():
    """Bytes that nobody acknowledges: the peer's packets are dropped, with a short RTO."""
    ip("route", "replace", "local", "127.0.0.2", "dev", "lo", "table", "local", "rto_min", "5ms")
    server = listener(host="127.0.0.2")
    client, _ = pair(server, b"hello")
    for rule in ("add table ip t", "add chain ip t c { type filter hook input priority 0; }",
                 "add rule ip t c tcp dport 8000 drop"):
        subprocess.run(["nft", *rule.split()], check=True)
    client.sendall(b"lost" * 100)


def descriptors(limit, opened):
    """A process near its limit of open files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(limit), hard))
    have = len(os.listdir("/proc/self/fd")) - 1
    kept.extend(open("/dev/null") for _ in range(int(opened) - have))


def conntrack(count):
    """Tracked connections without a reply."""
    for rule in ("add table ip t", "add chain ip t c { type filter hook input priority 0; }",
                 "add rule ip t c ct state established counter"):
        subprocess.run(["nft", *rule.split()], check=True)
    sources = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(5)]

    def send(first, number):
        for index in range(first, first + number):
            target = ("127.0.%d.1" % (1 + index // 5 % 200), 1024 + index // 1000)
            try:
                sources[index % 5].sendto(b"x", target)
            except OSError:
                pass
    send(0, int(count))

    def handle(words):
        send(int(count), int(words[1]))
    return handle


def prefork(workers, kind):
    """A server of several processes; each worker takes a client and asks a backend.

    KIND: hung (the backend never answers), idle (the workers wait in accept).
    """
    backend = listener(port=9000)
    server = listener(64)
    for _ in range(int(workers)):
        child = os.fork()
        if child == 0:
            while True:
                visitor, _ = server.accept()
                call = socket.create_connection(backend.getsockname())
                call.sendall(b"GET /crl HTTP/1.1\r\n\r\n")
                call.recv(1)
                visitor.close()
        children.append(child)

    def reading():
        found = 0
        for child in children:
            with open("/proc/%d/wchan" % child) as file:
                found += file.read() in ("wait_woken", "sk_wait_data", "tcp_recvmsg_locked")
        return found
    if kind == "hung":
        for _ in range(int(workers) + 3):
            kept.append(socket.create_connection(server.getsockname()))
        for _ in range(int(workers)):
            peer, _ = backend.accept()
            peer.recv(64)
            kept.append(peer)
        until(lambda: reading() == int(workers), "all workers read")


def threads(count, kind):
    """One process whose threads take clients from one that accepts; the clients never ask.

    KIND: busy (more clients than threads), lazy (nobody accepts, the threads have nothing to do).
    """
    server = listener(64)
    work, free = queues.Queue(), threading.Semaphore(int(count))

    def worker():
        while True:
            work.get().recv(1)
            free.release()

    def acceptor():
        while True:
            free.acquire()
            work.put(server.accept()[0])
    for target in [worker] * int(count) + [acceptor] * (kind == "busy"):
        threading.Thread(target=target, daemon=True).start()
    for _ in range(int(count) + 3):
        kept.append(socket.create_connection(server.getsockname()))

    def asleep(place):
        found = 0
        for thread in os.listdir("/proc/self/task"):
            with open("/proc/self/task/%s/wchan" % thread) as file:
                found += place in file.read()
        return found
    if kind == "busy":
        until(lambda: asleep("wait_woken") == int(count), "all threads read")
        until(lambda: asleep("futex") == 1, "the one that accepts waits for a free one")
    else:
        until(lambda: asleep("futex") == int(count), "all threads wait for work")


def serving(kind):
    """A server in a child: stopped (with a connection waiting), reading (it waits for a silent
    client's bytes while another waits), idle."""
    server = listener(8)
    child = os.fork()
    if child == 0:
        while True:
            peer, _ = server.accept()
            peer.recv(1)
    children.append(child)
    if kind == "stopped":
        os.kill(child, signal.SIGSTOP)
        os.waitpid(child, os.WUNTRACED)
    if kind != "idle":
        for _ in range(2):
            kept.append(socket.create_connection(server.getsockname()))
    if kind == "reading":
        until(lambda: len(sockets("0A", 8000)) == 1
              and sockets("0A", 8000)[0][4].endswith(":00000001"), "one waits")
    say("child %d" % child)


def listening(address, port="8000"):
    """A listener on an address; `twice` opens another of its own process."""
    ip("address", "add", "192.0.2.1/24", "dev", "lo")
    server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    server.bind((address, int(port)))
    server.listen(16)
    kept.append(server)

    def handle(words):
        reader, writer = os.pipe()
        other = os.fork()
        if other == 0:
            again = socket.socket()
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            again.bind((address, int(port)))
            again.listen(16)
            with open("/proc/self/comm", "w") as file:
                file.write(words[1])
            os.write(writer, b"x")
            time.sleep(3600)
        children.append(other)
        os.read(reader, 1)
    return handle


def network(*commands):
    """Interfaces and routes by ip(8), one command an argument; each line is another."""
    for command in commands:
        ip(*command.split())
    return lambda words: ip(*words)


def nothing():
    pass


def main():
    ip("link", "set", "lo", "up")
    scenario = globals()[sys.argv[1]]
    handle = scenario(*sys.argv[2:])
    say("ready")
    try:
        for line in sys.stdin:
            handle(line.split())
            say()
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)


main()
