"""A two-port relay in user space: what a wire with delay, or a meddling middlebox, would do."""

import heapq
import itertools
import select
import socket
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4


def open_port(interface):
    """A raw socket on one interface."""
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    port.bind((interface, 0))
    return port


def relay(interfaces, hook):
    """Pass frames between two interfaces for ever.

    `hook(side, frame, now)` is called with the side (0 or 1) that a frame came in at, and every
    5 ms with a frame of None; it returns tuples (seconds of delay, side to send out of, frame).
    """
    ports = [open_port(name) for name in interfaces]
    waiting, order = [], itertools.count()
    poll = select.poll()
    for port in ports:
        poll.register(port, select.POLLIN)
    sides = {port.fileno(): number for number, port in enumerate(ports)}
    idle = getattr(hook, "idle", 1.0)
    while True:
        now = time.monotonic()
        pause = min(waiting[0][0] - now, idle) if waiting else idle
        wanted = []
        for number, _ in poll.poll(max(0.0, pause) * 1000):
            frame, origin = ports[sides[number]].recvfrom(65536)
            if origin[2] != PACKET_OUTGOING:
                wanted += hook(sides[number], frame, time.monotonic())
        now = time.monotonic()
        wanted += hook(None, None, now)
        for delay, side, frame in wanted:
            heapq.heappush(waiting, (now + delay, next(order), side, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, side, frame = heapq.heappop(waiting)
            ports[side].send(frame)


def delay(interfaces, seconds):
    """A wire that takes `seconds` each way."""
    def hook(side, frame, _):
        return [] if frame is None else [(seconds, 1 - side, frame)]
    relay(interfaces, hook)
