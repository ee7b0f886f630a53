"""Which addresses the portal may talk to: a shop's URL is typed by a user, so it must not reach the portal's own
network.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

# Outside the link-local range but answering cloud credentials all the same: Alibaba, Oracle, AWS over IPv6.
_METADATA = {"100.100.100.200", "192.0.0.192", "fd00:ec2::254"}


class ForbiddenAddressError(HTTPError):
    """The host resolved to an address the portal must not talk to."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"address {address} is not allowed for a shop")


def is_allowed(address: str, *, private_network: bool) -> bool:
    """May a shop live at this IP address?

    Link-local, metadata, multicast and unspecified addresses never; private and loopback ones only when the client's
    settings say that the shop is on a private network.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or str(ip) in _METADATA:
        return False
    return ip.is_global or private_network


def checked_adapter(*, private_network: bool, **options: Any) -> HTTPAdapter:
    """A requests adapter that looks at the address it is really connected to, before anything is sent.

    Checking the name beforehand would not do: it may resolve to something else a moment later (DNS rebinding).
    """
    return _CheckedAdapter(private_network, **options)


def _check_peer(connection: socket.socket, *, private_network: bool) -> socket.socket:
    address = str(connection.getpeername()[0])
    if not is_allowed(address, private_network=private_network):
        connection.close()
        raise ForbiddenAddressError(address)
    return connection


class _PublicHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _check_peer(super()._new_conn(), private_network=False)


class _PublicHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _check_peer(super()._new_conn(), private_network=False)


class _PrivateHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _check_peer(super()._new_conn(), private_network=True)


class _PrivateHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _check_peer(super()._new_conn(), private_network=True)


class _PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPSConnection


class _PrivateHTTPPool(HTTPConnectionPool):
    ConnectionCls = _PrivateHTTPConnection


class _PrivateHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PrivateHTTPSConnection


class _CheckedAdapter(HTTPAdapter):
    def __init__(self, private_network: bool, **options: Any) -> None:
        self._pools: dict[str, type[HTTPConnectionPool]] = (
            {"http": _PrivateHTTPPool, "https": _PrivateHTTPSPool}
            if private_network
            else {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}
        )
        super().__init__(**options)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools
