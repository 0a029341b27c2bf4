"""A wire in user space by rule: delay, loss, reordering, split, another TTL, a longest frame.

A hook for `kit.relay.relay` (this kernel has no netem). Side 0 is the first interface.
"""

import random
import struct

ETHERNET = 14


def with_ttl(frame, change):
    """An IPv4 frame with its TTL changed by so much (1 at least) and its header's sum put right."""
    if frame[12:14] != b"\x08\x00":
        return frame
    header = bytearray(frame[ETHERNET:ETHERNET + (frame[ETHERNET] & 15) * 4])
    header[8] = max(1, min(255, header[8] + change))
    header[10:12] = b"\0\0"
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    header[10:12] = struct.pack("!H", ~total & 0xFFFF)
    return frame[:ETHERNET] + bytes(header) + frame[ETHERNET + len(header):]


class Wire:
    """What happens to each frame; all shares are of all frames, by one seeded chance.

    `delay` in seconds each way; `loss` and `reorder` are shares, a reordered frame comes `late`
    seconds after its turn; `longest` is the largest frame without its Ethernet header; `ttl` is
    added to IPv4's; `route(side, frame)` may name another side to send to (of three or more), or
    None to drop.
    """

    idle = 0.5

    def __init__(self, delay=0.0, loss=0.0, reorder=0.0, late=0.005, longest=None, ttl=0,
                 route=None, seed=1):
        self.delay, self.loss, self.reorder, self.late = delay, loss, reorder, late
        self.longest, self.ttl, self.route = longest, ttl, route
        self.chance = random.Random(seed)

    def __call__(self, side, frame, now):
        if frame is None:
            return []
        target = 1 - side if self.route is None else self.route(side, frame)
        if target is None or self.chance.random() < self.loss and frame[12:14] != b"\x08\x06":
            return []
        if self.longest and len(frame) - ETHERNET > self.longest:
            return []
        if self.ttl:
            frame = with_ttl(frame, self.ttl)
        late = self.late if self.chance.random() < self.reorder else 0.0
        return [(self.delay + late, target, frame)]
