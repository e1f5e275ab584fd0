import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as listen, type AddressInfo, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface Got {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Keeps what it is sent. */
export async function startHttp(status: () => number = () => 204): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    got.push({ path: request.url ?? "", headers: request.headers, body: await text(request) });
    response.writeHead(status()).end("as it was asked");
  });
  return { url: `http://127.0.0.1:${await portOf(server)}`, got };
}

/** A server of mail that takes everything, as plain text. */
export async function startMail(): Promise<{ port: number; got: string[] }> {
  const got: string[] = [];
  const server = listen((socket) => {
    let mail: string | undefined;
    let rest = "";
    socket.on("error", () => undefined).write("220 here\r\n");
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      const parts = (rest + chunk).split("\r\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        if (mail === undefined && line === "DATA") {
          mail = "";
          socket.write("354 go on\r\n");
        } else if (mail === undefined) {
          socket.write(line.startsWith("QUIT") ? "221 bye\r\n" : "250 ok\r\n");
        } else if (line === ".") {
          got.push(mail);
          mail = undefined;
          socket.write("250 taken\r\n");
        } else mail += `${line}\n`;
      }
    });
  });
  return { port: await portOf(server), got };
}
