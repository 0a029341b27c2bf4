"""A two-port relay in user space: what a wire with delay, or a meddling middlebox, would do."""

import heapq
import itertools
import select
import socket
import struct
import time

ETH_P_ALL = 3
PACKET_OUTGOING = 4
# linux/if_packet.h: the kernel takes the outer VLAN tag off and reports it beside the frame.
SOL_PACKET, PACKET_AUXDATA, VLAN_VALID = 263, 8, 1 << 4


def open_port(interface):
    """A raw socket on one interface."""
    port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    port.bind((interface, 0))
    port.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return port


def receive(port):
    """The next frame as it was on the wire, or None for one that we sent ourselves."""
    frame, beside, _, origin = port.recvmsg(65536, 64)
    if origin[2] == PACKET_OUTGOING:
        return None
    for _, kind, data in beside:
        status, _, _, _, _, tag, protocol = struct.unpack("=IIIHHHH", data[:20])
        if kind == PACKET_AUXDATA and status & VLAN_VALID:
            frame = frame[:12] + struct.pack("!HH", protocol or 0x8100, tag) + frame[12:]
    return frame


def relay(interfaces, hook):
    """Pass frames between two interfaces for ever.

    `hook(side, frame, now)` is called with the side (0 or 1) that a frame came in at, and every
    round with a frame of None; it returns tuples (seconds of delay, side to send out of, frame).
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
            frame = receive(ports[sides[number]])
            if frame is not None:
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


def vlan(interfaces, *tags):
    """An access port (first) and a trunk (second): frames on the trunk carry these VLAN ids."""
    label = b"".join(struct.pack("!HH", 0x8100, tag) for tag in tags)

    def hook(side, frame, _):
        if frame is None:
            return []
        if side == 0:
            return [(0, 1, frame[:12] + label + frame[12:])]
        if frame[12:12 + len(label) + 2][:len(label)] != label:
            return []
        inside = frame[:12] + frame[12 + len(label):]
        return [] if inside[12:14] == b"\x81\x00" else [(0, 0, inside)]
    relay(interfaces, hook)
