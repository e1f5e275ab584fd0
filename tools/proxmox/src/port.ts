import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

/** A server's port on loopback, which can be closed and opened again. */
export interface Port {
  readonly number: number;
  open(): Promise<void>;
  /** Ends every connection; new ones are refused. */
  close(): Promise<void>;
}

/** Opens it; port 0 is any free one, and stays the same from then on. */
export async function openPort(server: Server, wanted = 0): Promise<Port> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let number = wanted;
  const port: Port = {
    get number() {
      return number;
    },
    async open() {
      if (server.listening) return;
      server.listen(number, "127.0.0.1");
      await once(server, "listening");
      number = (server.address() as AddressInfo).port;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await port.open();
  return port;
}
