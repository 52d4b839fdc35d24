"""Ports on this machine: listened on, or held without listening."""

import socket

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A socket that listens; raises OSError, or OverflowError for no port at all."""
    return _at_once(socket.create_server((HOST, port)))


def hold_port(port: int) -> socket.socket:
    """A socket that keeps a port, and refuses connections until another listens.

    Raises as `listen` does.
    """
    listen(port).close()  # since a port can be held twice, and must not be
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind((HOST, port))
    return held


def listen_beside(held: socket.socket) -> socket.socket:
    """A socket that listens on the port that another one holds."""
    return _at_once(socket.create_server(held.getsockname(), reuse_port=True))


def url_of(bound: socket.socket, scheme: str = "http") -> str:
    """The address of a socket on this machine."""
    host, port = bound.getsockname()
    return f"{scheme}://{host}:{port}"


def _at_once(listener: socket.socket) -> socket.socket:
    # inherited by connections; without it each answer waits 40 ms for an ACK
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
