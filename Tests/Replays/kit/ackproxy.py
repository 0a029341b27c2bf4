"""A middlebox that acknowledges a client's data itself and passes on (or loses) what it took."""

import struct

ETHERNET = 14


def _sum16(data):
    """The ones' complement sum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """The fields of one IPv4 TCP frame that the proxy needs; `None` from `of` for others."""

    @classmethod
    def of(cls, frame):
        """Parse a frame, or return None when it is not IPv4 TCP."""
        if frame[12:14] != b"\x08\x00" or frame[ETHERNET + 9] != 6:
            return None
        made = cls()
        made.frame = frame
        header = (frame[ETHERNET] & 15) * 4
        made.tcp = ETHERNET + header
        total = struct.unpack("!H", frame[ETHERNET + 2:ETHERNET + 4])[0]
        made.source = frame[ETHERNET + 12:ETHERNET + 16]
        made.target = frame[ETHERNET + 16:ETHERNET + 20]
        made.ports = struct.unpack("!HH", frame[made.tcp:made.tcp + 4])
        made.sequence, made.acknowledged = struct.unpack("!II", frame[made.tcp + 4:made.tcp + 12])
        offset = (frame[made.tcp + 12] >> 4) * 4
        made.flags = frame[made.tcp + 13]
        made.length = total - header - offset
        made.timestamp = cls._timestamp(frame[made.tcp + 20:made.tcp + offset])
        return made

    @staticmethod
    def _timestamp(options):
        at = 0
        while at + 1 < len(options) and options[at]:
            if options[at] == 8:
                return struct.unpack("!I", options[at + 2:at + 6])[0]
            at += 1 if options[at] == 1 else max(2, options[at + 1])
        return 0

    def acknowledge(self, peer_timestamp, ttl):
        """A frame in the receiver's name that acknowledges this segment."""
        options = b"\x01\x01\x08\x0a" + struct.pack("!II", peer_timestamp, self.timestamp)
        tcp = struct.pack("!HHIIBBHHH", self.ports[1], self.ports[0], self.acknowledged,
                          (self.sequence + self.length) & 0xFFFFFFFF, 8 << 4, 0x10, 501, 0, 0)
        tcp += options
        pseudo = self.target + self.source + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack("!H", _sum16(pseudo + tcp)) + tcp[18:]
        address = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, ttl, 6, 0)
        address += self.target + self.source
        address = address[:10] + struct.pack("!H", _sum16(address)) + address[12:]
        return self.frame[6:12] + self.frame[:6] + b"\x08\x00" + address + tcp


class AckProxy:
    """A hook for `relay`: side 0 is the client's, side 1 the server's.

    Every data segment of a client is acknowledged at once with this `ttl`, and passed on; until
    the server acknowledges it, it is sent again after 0.3, 0.6, 1.2 s. With `lose_every` n the
    data of each n-th flow is acknowledged and never passed on.
    """

    idle = 0.1

    def __init__(self, ttl=254, lose_every=0):
        self.ttl, self.lose_every = ttl, lose_every
        self.flows, self.waiting = {}, {}

    def __call__(self, side, frame, now):
        if frame is None:
            return self._again(now)
        segment = Segment.of(frame)
        if segment is None:
            return [(0, 1 - side, frame)]
        return self._from_client(segment, now) if side == 0 else self._from_server(segment)

    def _from_client(self, segment, now):
        flow = self.flows.setdefault(segment.ports[0], [len(self.flows) + 1, 0])
        if segment.length <= 0:
            return [(0, 1, segment.frame)]
        out = [(0, 0, segment.acknowledge(flow[1], self.ttl))]
        if self.lose_every and flow[0] % self.lose_every == 0:
            return out
        self.waiting[segment.ports[0], segment.sequence] = [now + 0.3, 0.3, segment]
        return out + [(0, 1, segment.frame)]

    def _from_server(self, segment):
        flow = self.flows.get(segment.ports[1])
        if flow:
            flow[1] = segment.timestamp
        for key in [key for key in self.waiting if key[0] == segment.ports[1]]:
            data = self.waiting[key][2]
            if segment.flags & 5 or segment.acknowledged - data.sequence >= data.length:
                del self.waiting[key]  # acknowledged, or the flow has ended
        return [(0, 0, segment.frame)]

    def _again(self, now):
        out = []
        for key, entry in list(self.waiting.items()):
            if entry[0] <= now:
                out.append((0, 1, entry[2].frame))
                entry[1] *= 2
                entry[0] = now + entry[1]
                if entry[1] > 2:
                    del self.waiting[key]
        return out
