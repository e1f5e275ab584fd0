import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

/** What a server has answered before, by path. */
export type Recorded = Readonly<Record<string, { readonly type: string; readonly body: string }>>;

// The floor of a server: the same bytes over HTTP, and nothing asked or made for them.
const recorded = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as Recorded;
const answers = new Map(
  Object.entries(recorded).map(([path, { type, body }]) => [path, { type, bytes: Buffer.from(body) }]),
);
const server = createServer(({ url = "" }, response) => {
  const found = answers.get(url);
  if (!found) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": found.type, "content-length": found.bytes.length }).end(found.bytes);
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
