import socket
import struct

LOOPBACK = "127.0.0.1"
# ApiVersions, version 0: the smallest question of Kafka's protocol, answered before any other.
_QUESTION = struct.pack(">ihhih", 10, 18, 0, 1, -1)
_PATIENCE_SECONDS = 1.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def is_taken(port: int) -> bool:
    with socket.socket() as listener:
        # As Java does: connections of an earlier run that linger do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def answers(port: int) -> bool:
    """Whether a Kafka serves there. It listens long before it answers, so that a connection alone says nothing."""
    try:
        with socket.create_connection((LOOPBACK, port), _PATIENCE_SECONDS) as connection:
            connection.sendall(_QUESTION)
            return bool(connection.recv(4))
    except OSError:
        return False
