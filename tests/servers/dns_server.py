"""A small authoritative name server on a real UDP and TCP port, on dnspython's message module. Zones are data."""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

# name → type → records; a name of its own without the asked type is NoAnswer, an absent name NXDOMAIN
Zone = Mapping[str, Mapping[str, Sequence[str]]]
# name, or name and type ("mx1.example.com AAAA") → what the server does instead of a plain answer:
#   never, late (after `late` seconds), stalled (over TCP the connection stays silent);
#   servfail, refused, bogus (SERVFAIL unless checking is disabled), referral (to others, without being responsible);
#   truncated (over UDP), oversized (truncated over UDP, 55 kB over TCP), flood (20 kB over UDP), garbage, other id
Faults = Mapping[str, str]
_RCODES = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED, "bogus": dns.rcode.SERVFAIL}


class DnsServer:
    """Listens on loopback while in its context."""

    def __init__(self, zone: Zone, faults: Faults | None = None, late: float = 0.5, ttl: int = 60) -> None:
        self._zone, self._faults, self._late, self._ttl = zone, faults or {}, late, ttl
        self.asked: list[str] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "DnsServer":
        loop = asyncio.get_running_loop()
        while True:
            self._tcp = await asyncio.start_server(self._stream, "127.0.0.1", 0)
            self.port = self._tcp.sockets[0].getsockname()[1]
            try:
                where = ("127.0.0.1", self.port)
                self._udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=where)
            except OSError:  # somebody's UDP socket has the number already
                self._tcp.close()
                continue
            return self

    async def __aexit__(self, kind: type | None, value: BaseException | None, trace: TracebackType | None) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._udp.close()
        self._tcp.close()
        await self._tcp.wait_closed()

    @property
    def address(self) -> str:
        """For POSTBOTE_NAMESERVERS."""
        return f"127.0.0.1:{self.port}"

    def received(self, wire: bytes, source: tuple[str, int]) -> None:
        """A datagram."""
        task = asyncio.ensure_future(self._reply(wire, source))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, wire: bytes, source: tuple[str, int]) -> None:
        answer = await self._answer(wire, over_udp=True)
        if answer:
            self._udp.sendto(answer, source)

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection; ends with the server at the latest."""
        task = asyncio.ensure_future(self._over_tcp(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(asyncio.CancelledError, ConnectionError):
            await task
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _over_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = await self._answer(await reader.readexactly(length), over_udp=False)
        except asyncio.IncompleteReadError:  # the client gave up
            answer = None
        if answer:
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()

    async def _answer(self, wire: bytes, *, over_udp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        fault = self._faults.get(f"{name} {kind}") or self._faults.get(name, "")
        if fault == "late" or (fault == "stalled" and not over_udp):
            await asyncio.sleep(self._late)
        if fault in ("never", "stalled") and not (over_udp and fault == "stalled"):
            return None
        if fault == "garbage":
            return wire[:2] + b"\xff" * 40
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        self._fill(response, name, kind)
        checked = not query.flags & dns.flags.CD
        self._spoil(response, "" if fault == "bogus" and not checked else fault, over_udp=over_udp)
        return response.to_wire(max_size=65_535, prepend_length=False)

    def _spoil(self, response: dns.message.Message, fault: str, *, over_udp: bool) -> None:
        if fault in _RCODES:
            response.answer, response.authority = [], []
            response.set_rcode(_RCODES[fault])
        elif fault == "referral":
            response.answer = []
            response.flags &= ~dns.flags.AA
            response.set_rcode(dns.rcode.NOERROR)
            response.authority = [dns.rrset.from_text(".", 60, "IN", "NS", "a.root-servers.net.")]
        elif fault in ("truncated", "stalled") and over_udp:
            response.flags |= dns.flags.TC
        elif fault == "other id":
            response.id ^= 1
        elif fault in ("oversized", "flood"):
            self._enlarge(response, fault, over_udp=over_udp)

    def _enlarge(self, response: dns.message.Message, fault: str, *, over_udp: bool) -> None:
        if over_udp and fault == "oversized":
            response.flags |= dns.flags.TC
            return
        filler = [f'"{number:03} {"x" * 200}"' for number in range(90 if over_udp else 250)]
        response.additional.append(dns.rrset.from_text_list("filler.example.", 60, "IN", "TXT", filler))

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        """Follows CNAMEs within its zones, as a resolver would, and no more than twenty of them.

        Where there is nothing, the SOA says for how long that holds (RFC 2308 section 3).
        """
        soa = f"ns.example.com. hostmaster.example.com. 1 3600 600 86400 {self._ttl}"
        for _ in range(20):
            if name not in self._zone:
                response.set_rcode(dns.rcode.NXDOMAIN)
                response.authority.append(dns.rrset.from_text(".", self._ttl, "IN", "SOA", soa))
                return
            shown = kind if kind in self._zone[name] else "CNAME"
            records = list(self._zone[name].get(shown, ()))
            if records:
                response.answer.append(dns.rrset.from_text_list(f"{name}.", self._ttl, "IN", shown, records))
            if not records:
                response.authority.append(dns.rrset.from_text(".", self._ttl, "IN", "SOA", soa))
            if shown == kind or not records:
                return
            name = records[0].rstrip(".")


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.received(data, addr)
