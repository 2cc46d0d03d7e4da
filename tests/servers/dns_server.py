"""A small authoritative name server on a real UDP and TCP port, on dnspython's message module. Zones are data."""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from types import TracebackType

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

# name → type → records; a name of its own without the asked type is NoAnswer, an absent name NXDOMAIN
Zone = Mapping[str, Mapping[str, Sequence[str]]]
# name, or name and type ("mx1.example.com AAAA") → "never" | "late" | "servfail" | "truncated" (over UDP) | "garbage"
Faults = Mapping[str, str]


class DnsServer:
    """Listens on loopback while in its context."""

    def __init__(self, zone: Zone, faults: Faults | None = None, late: float = 0.5) -> None:
        self._zone, self._faults, self._late = zone, faults or {}, late
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
        try:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            answer = await self._answer(await reader.readexactly(length), over_udp=False)
        except asyncio.IncompleteReadError:  # the client gave up
            answer = None
        if answer:
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _answer(self, wire: bytes, *, over_udp: bool) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        fault = self._faults.get(f"{name} {kind}") or self._faults.get(name, "")
        if fault == "never":
            return None
        if fault == "late":
            await asyncio.sleep(self._late)
        if fault == "garbage":
            return wire[:2] + b"\xff" * 40
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if fault == "servfail":
            response.set_rcode(dns.rcode.SERVFAIL)
        elif fault == "truncated" and over_udp:
            response.flags |= dns.flags.TC
        else:
            self._fill(response, name, kind)
        return response.to_wire()

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        """Follows CNAMEs within its zones, as a resolver would; seventeen of them are a loop."""
        for _ in range(17):
            if name not in self._zone:
                response.set_rcode(dns.rcode.NXDOMAIN)
                return
            records = self._zone[name].get(kind, ())
            aliases = self._zone[name].get("CNAME", ())
            found = [(kind, records), ("CNAME", aliases)]
            for shown, texts in found:
                if texts:
                    response.answer.append(dns.rrset.from_text_list(f"{name}.", 60, "IN", shown, list(texts)))
                    break
            if records or not aliases:
                return
            name = aliases[0].rstrip(".")


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.received(data, addr)
