"""The connection between a browser and a server, to be broken."""

import select
import socket
import threading
from typing import Self


class Line:
    """A proxy on loopback between browser and server: it can be cut, or swallow all."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.open: list[socket.socket] = []
        self.swallows = False

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.cut()

    def accept(self) -> None:
        try:
            while True:
                near = self.listener.accept()[0]
                threading.Thread(target=self.carry, args=(near,), daemon=True).start()
        except OSError:
            return  # closed

    def carry(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.upstream))
        self.open += [near, far]
        try:
            while True:
                for one in select.select([near, far], [], [])[0]:
                    part = one.recv(65536)
                    if not part:
                        return
                    if not self.swallows:
                        (far if one is near else near).sendall(part)
        except (OSError, ValueError):
            return  # cut
        finally:
            near.close()
            far.close()

    def cut(self) -> None:
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already
        self.open.clear()
