import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsHttp } from "node:https";
import { createServer as listen, type AddressInfo, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTls, TLSSocket, type TlsOptions } from "node:tls";
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
export async function startHttp(
  status: () => number = () => 204,
  tls?: TlsOptions,
): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const answer: RequestListener = async (request, response) => {
    got.push({ path: request.url ?? "", headers: request.headers, body: await text(request) });
    response.writeHead(status()).end("as it was asked");
  };
  const server = tls ? createTlsHttp(tls, answer) : createServer(answer);
  return { url: `${tls ? "https" : "http"}://127.0.0.1:${await portOf(server)}`, got };
}

export interface Mails {
  readonly port: number;
  /** Each mail. */
  readonly got: string[];
  /** Each line that came before anything was wrapped. */
  readonly open: string[];
}

interface MailTls extends TlsOptions {
  readonly how: "wrapped" | "starttls";
}

/** A server of mail that takes everything: as plain text, wrapped from the first byte, or from STARTTLS on. */
export async function startMail(tls?: MailTls): Promise<Mails> {
  const [got, open]: [string[], string[]] = [[], []];
  const greet = (socket: Socket): void => {
    socket.write("220 here\r\n");
    converse(socket, { got, open, ...(tls?.how === "starttls" && { tls }) });
  };
  const server = tls?.how === "wrapped" ? createTls(tls, greet) : listen(greet);
  return { port: await portOf(server), got, open };
}

interface Talk {
  readonly got: string[];
  readonly open: string[];
  /** Offered; all else is refused until then. */
  readonly tls?: TlsOptions;
}

function converse(socket: Socket, { got, open, tls }: Talk): void {
  let mail: string | undefined;
  let rest = "";
  const answer = (line: string): string => {
    if (line.startsWith("EHLO")) return `250-here\r\n250 ${tls ? "STARTTLS" : "AUTH PLAIN"}`;
    if (line.startsWith("QUIT")) return "221 bye";
    if (line === "STARTTLS") return "502 not here";
    return tls ? "530 STARTTLS first" : "250 ok";
  };
  socket.on("error", () => undefined).setEncoding("utf8");
  socket.on("data", function hear(chunk: string) {
    const parts = (rest + chunk).split("\r\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      if (!(socket instanceof TLSSocket)) open.push(line);
      if (tls && line === "STARTTLS") {
        socket.removeAllListeners("data").write("220 go on\r\n");
        const wrapped = new TLSSocket(socket, { isServer: true, ...tls });
        return converse(wrapped, { got, open });
      }
      if (mail === undefined && line === "DATA") {
        mail = "";
        socket.write("354 go on\r\n");
      } else if (mail === undefined) {
        socket.write(`${line.startsWith("AUTH") ? "235 welcome" : answer(line)}\r\n`);
      } else if (line === ".") {
        got.push(mail);
        mail = undefined;
        socket.write("250 taken\r\n");
      } else mail += `${line}\n`;
    }
  });
}
