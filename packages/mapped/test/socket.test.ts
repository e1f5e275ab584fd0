import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { createExecutor } from "@backurne/exec";
import type { Mapper, MapRequest } from "@backurne/mapper";
import { BackurneError, type Mapping, type MappingEvent } from "@backurne/model";
import { afterEach, describe, expect, test } from "vitest";
import { askMapper, openFiles, serveMapper, type Mapped } from "../src/index.ts";

const executor = createExecutor({ env: process.env });
const GROUP = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
const REQUEST: MapRequest = {
  backups: [
    { reference: "px1/web01/scsi0", image: "px1;web01;scsi0", snapshot: "s", creation: "2026-11-02T00:00:00.000Z" },
  ],
  lifetime: 1000,
};
let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

interface Served extends Mapped {
  readonly socket: string;
  /** Directory that stands for the file system of `m1`. */
  readonly root: string;
  readonly log: readonly string[];
  /** What the mapper was told to map. */
  readonly asked: readonly MapRequest[];
  stop(): Promise<void>;
}

/** A mapper that opens a directory instead of devices, behind its socket. */
async function serve(own: Partial<Mapper> = {}): Promise<Served> {
  const directory = await mkdtemp(join(tmpdir(), "backurne-mapped-"));
  stack.defer(() => rm(directory, { recursive: true }));
  const [root, socket] = [join(directory, "p1"), join(directory, "socket")];
  await mkdir(root);
  const mapping: Mapping = {
    id: "m1",
    backups: REQUEST.backups,
    state: "ok",
    differences: [],
    devices: [{ device: "/dev/nbd0p1", on: [], size: 4096, mountpoint: root, label: "größe" }],
  };
  const asked: MapRequest[] = [];
  const mapper: Mapper = {
    check: async () => undefined,
    async map(wanted, { onEvent } = {}) {
      asked.push(wanted);
      onEvent?.({ kind: "opening", layer: "disk", about: "größe" });
      onEvent?.({ kind: "opened", layer: "disk", about: "/dev/nbd0" });
      return mapping;
    },
    async unmap(_, { onEvent } = {}) {
      onEvent?.({ kind: "closed", layer: "disk", about: "/dev/nbd0" });
    },
    list: async () => [mapping],
    async find(id) {
      if (id === "m1") return mapping;
      throw new BackurneError("not-found", `there is no mapping ${id}`, { hint: "`backurne list-mapped` shows them" });
    },
    sweep: async () => [],
    ...own,
  };
  const log: string[] = [];
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const served = serveMapper({
    mapper,
    files: openFiles({ mapper, executor }),
    settings: { socket, group: GROUP },
    executor,
    log: (line) => void log.push(line),
    onListening: listening.resolve,
    stop: stop.signal,
  });
  stack.defer(async () => {
    stop.abort();
    await served;
  });
  expect(await Promise.race([listening.promise, served])).toBe(`unix:${socket}`);
  return {
    ...askMapper(socket),
    socket,
    root,
    log,
    asked,
    async stop() {
      stop.abort();
      await served;
    },
  };
}

describe("what is asked over the socket", () => {
  test("is done as if the mapper were here, each step told as it comes", async () => {
    const { mapper, asked } = await serve();
    const events: MappingEvent[] = [];
    const onEvent = (event: MappingEvent): void => void events.push(event);
    await mapper.check();
    const made = await mapper.map(REQUEST, { onEvent });
    expect(asked).toEqual([REQUEST]);
    expect([made, await mapper.find("m1")]).toEqual([...(await mapper.list()), made]);
    expect(made).toMatchObject({ id: "m1", devices: [{ label: "größe" }] });
    await mapper.unmap("m1", { onEvent });
    expect(events.map(({ kind }) => kind)).toEqual(["opening", "opened", "closed"]);
    expect(events[0]).toMatchObject({ about: "größe" });
  });

  test("fails with the error that the mapper has, way out and all", async () => {
    const { mapper, log } = await serve({
      async unmap() {
        throw new TypeError("nobody thought of this");
      },
    });
    await expect(mapper.find("m7")).rejects.toMatchObject({
      code: "not-found",
      message: "there is no mapping m7",
      hint: "`backurne list-mapped` shows them",
    });
    await expect(mapper.unmap("m1")).rejects.toMatchObject({
      code: "unexpected",
      message: "in the mapper: nobody thought of this",
    });
    expect(log.join()).toContain("TypeError: nobody thought of this");
  });

  test("fails with that error also where it is long, and in letters of any script", async () => {
    const long = "誤".repeat(2_000);
    const find = async () => Promise.reject(new BackurneError("held", long, { hint: long }));
    const { mapper } = await serve({ find });
    await expect(mapper.find("m1")).rejects.toMatchObject({ code: "held", message: long, hint: long });
  });

  test("is one question for each connection: whoever sends many at once is answered once", async () => {
    let looks = 0;
    const list = async () => {
      looks += 1;
      return [];
    };
    const { socket, mapper } = await serve({ list });
    const raw = connect(socket);
    raw.end("POST /v1/list HTTP/1.1\r\nhost: m\r\ncontent-length: 2\r\n\r\n{}".repeat(100));
    await text(raw);
    expect(looks).toBe(1);
    await mapper.list();
    expect(looks).toBe(2);
  });

  test.each([
    [{ image: "other/secret" }],
    [{ image: "a@b" }],
    [{ image: "" }],
    [{ snapshot: "a\nb" }],
    [{ creation: "yesterday" }],
    [{ more: 1 }],
  ])("is not believed: %j never comes to the mapper", async (wrong) => {
    const { mapper, asked } = await serve();
    const backup = { ...REQUEST.backups[0], ...wrong } as MapRequest["backups"][number];
    await expect(mapper.map({ backups: [backup] })).rejects.toMatchObject({ code: "usage" });
    expect(asked).toEqual([]);
  });

  test.each([
    ["GET", "/v1/list", "{}", "knows no GET /v1/list"],
    ["POST", "/v1/shutdown", "{}", "knows no POST /v1/shutdown"],
    ["POST", "/v1/constructor", "{}", "knows no POST /v1/constructor"],
    ["POST", "/v2/list", "{}", "knows no POST /v2/list"],
    ["POST", "/v1/list", "{", "cannot read list"],
    ["POST", "/v1/find", "{}", "cannot read find: id"],
    ["POST", "/v1/find", "x".repeat(2 << 20), "at most 1048576 bytes"],
  ])("may be nonsense: %s %s", async (method, path, body, message) => {
    const { socket, mapper } = await serve();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const asking = request({ socketPath: socket, method, path, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve(decodeURIComponent(answer.trailers["backurne-outcome"] ?? "")));
    });
    asking.once("error", reject).end(method === "GET" ? undefined : body);
    expect(JSON.parse(await promise)).toMatchObject({ code: "usage", message: expect.stringContaining(message) });
    expect(await mapper.list()).toHaveLength(1);
  });
});

describe("who waits no longer", () => {
  /** Maps until it is told to stop, as the mapper does. */
  function openEndless() {
    const begun = Promise.withResolvers<void>();
    const undone = Promise.withResolvers<void>();
    const map: Mapper["map"] = async (_, { signal } = {}) => {
      begun.resolve();
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      undone.resolve();
      throw new BackurneError("interrupted", "map was interrupted: all is undone");
    };
    return { map, begun: begun.promise, undone: undone.promise };
  }

  test("is known to the mapper, which undoes it", async () => {
    const { map, begun, undone } = openEndless();
    const { mapper } = await serve({ map });
    const stop = new AbortController();
    const mapped = mapper.map(REQUEST, { signal: stop.signal });
    mapped.catch(() => undefined);
    await begun;
    stop.abort();
    await expect(mapped).rejects.toMatchObject({ code: "interrupted" });
    await undone;
  });

  test("is known to it also where all but the answer is done", async () => {
    const begun = Promise.withResolvers<void>();
    const undone = Promise.withResolvers<string>();
    const { mapper } = await serve({
      async map(_, { signal } = {}) {
        begun.resolve();
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        return { id: "m7", backups: [], state: "ok", differences: [], devices: [] };
      },
      unmap: async (id) => undone.resolve(id),
    });
    const stop = new AbortController();
    const mapped = mapper.map(REQUEST, { signal: stop.signal });
    mapped.catch(() => undefined);
    await begun.promise;
    stop.abort();
    await expect(mapped).rejects.toMatchObject({ code: "interrupted" });
    expect(await undone.promise).toBe("m7");
  });

  test("and where the mapper stops, it undoes it first, and says so", async () => {
    const { map, begun } = openEndless();
    const { mapper, stop } = await serve({ map });
    const mapped = mapper.map(REQUEST);
    mapped.catch(() => undefined);
    await begun;
    await stop();
    await expect(mapped).rejects.toMatchObject({ code: "interrupted", message: "map was interrupted: all is undone" });
    await expect(mapper.list()).rejects.toMatchObject({
      code: "command",
      message: expect.stringMatching(/^the mapper at .*\/socket does not answer: .*ENOENT/),
    });
  });

  test("nor does the mapper wait for who has not said yet what he wants", async () => {
    const { socket, stop } = await serve();
    const headers = { expect: "100-continue" };
    const asking = request({ socketPath: socket, method: "POST", path: "/v1/list", agent: false, headers });
    const cut = new Promise((resolve) => asking.once("error", resolve).once("response", resolve));
    asking.flushHeaders();
    await once(asking, "continue");
    await stop();
    await cut;
  });

  test("a mapper that dies in the middle of an answer has not answered", async () => {
    const { socket, mapper, stop } = await serve();
    await stop();
    const broken = createServer((_, response) => {
      response.setHeader("trailer", "backurne-outcome");
      response.write('{"value":[]}\n', () => response.destroy());
    });
    await new Promise<void>((resolve) => broken.listen({ path: socket }, resolve));
    await expect(mapper.list()).rejects.toMatchObject({ code: "command" });
    broken.close();
    const hasty = createServer((_, response) => response.end('{"value":[]}\n'));
    await new Promise<void>((resolve) => hasty.listen({ path: socket }, resolve));
    await expect(mapper.list()).rejects.toMatchObject({ code: "command", message: "what the mapper said broke off" });
    hasty.close();
  });
});

describe("files over the socket", () => {
  test("directories, files and parts of them, archives: byte for byte", async () => {
    const { files, root } = await serve();
    const big = Buffer.alloc(3 << 20, "0123456789abcdef!");
    await mkdir(join(root, "etc"));
    await writeFile(join(root, "etc", "big"), big);
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), "no text\n");
    await symlink("/etc/big", join(root, "link"));
    const place = (path: string) => ({ mapping: "m1", path });

    expect(await files.list(place(""))).toMatchObject({ entries: [{ kind: "volume", label: "größe" }] });
    const page = await files.list(place("p1"), { limit: 2 });
    expect(page).toMatchObject({ total: 3, next: "link" });
    const rest = await files.list(place("p1"), { after: page.next });
    expect([...page.entries, ...rest.entries].map(({ path }) => path)).toEqual(["p1/etc", "p1/link", "p1/%FF%FE"]);
    await using file = await files.open(place("p1/link"));
    expect(file).toMatchObject({ name: "link", size: BigInt(big.length), modified: expect.any(String) });
    expect(big.equals(await buffer(Readable.from(file.read({ from: 0n, to: file.size }))))).toBe(true);
    const part = await buffer(Readable.from(file.read({ from: 17n, to: 1_000_000n })));
    expect(part.equals(big.subarray(17, 1_000_000))).toBe(true);
    await using odd = await files.open(place("p1/%FF%FE"));
    expect(await text(Readable.from(odd.read({ from: 0n, to: odd.size })))).toBe("no text\n");

    const { name, chunks } = await files.archive(place("p1/etc"), "tar", new AbortController().signal);
    const tar = await buffer(Readable.from(chunks));
    expect(big.equals(execFileSync("tar", ["-xOf", "-", `${name}/big`], { input: tar, maxBuffer: 1 << 26 }))).toBe(
      true,
    );
  });

  test("what does not become whole is rejected, and what is another file by now is not read", async () => {
    const { files, root } = await serve();
    const path = join(root, "shrinks");
    await writeFile(path, Buffer.alloc(64 << 20));
    const place = { mapping: "m1", path: "p1/shrinks" };
    await using file = await files.open(place);
    const chunks = file.read({ from: 0n, to: file.size });
    expect((await chunks.next()).done).toBe(false);
    await truncate(path, 1);
    await expect(buffer(Readable.from(chunks))).rejects.toMatchObject({
      code: "refused",
      message: "shrinks became shorter while it was read",
    });
    await expect(file.read({ from: 0n, to: 1n }).next()).rejects.toMatchObject({
      code: "refused",
      message: "shrinks was changed while it was read",
    });
  });

  test("what cannot be had is said at once, and nothing leads out", async () => {
    const { files, root } = await serve();
    await writeFile(join(root, "file"), "");
    const { signal } = new AbortController();
    for (const path of ["p1/../../etc", "p2", "p1/none"])
      await expect(files.list({ mapping: "m1", path })).rejects.toBeInstanceOf(BackurneError);
    await expect(files.open({ mapping: "m1", path: "p1" })).rejects.toMatchObject({ code: "usage" });
    await expect(files.archive({ mapping: "m1", path: "p1/file" }, "zip", signal)).rejects.toMatchObject({
      code: "usage",
    });
    await expect(files.list({ mapping: "m2", path: "" })).rejects.toMatchObject({ code: "not-found" });
  });
});

test("the socket is its group's", async () => {
  const { socket, mapper } = await serve();
  expect(((await stat(socket)).mode & 0o777).toString(8)).toBe("660");
  await expect(serveAt(socket)).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("EADDRINUSE"),
  });
  expect(await mapper.list()).toHaveLength(1);
});

test("a group that is not there is said, and nothing listens", async () => {
  const directory = await mkdtemp(join(tmpdir(), "backurne-mapped-"));
  stack.defer(() => rm(directory, { recursive: true }));
  const socket = join(directory, "socket");
  await expect(serveAt(socket, "no-such-group")).rejects.toMatchObject({
    code: "configuration",
    message: expect.stringContaining("no-such-group"),
  });
  await expect(askMapper(socket).mapper.list()).rejects.toMatchObject({ code: "command" });
});

async function serveAt(socket: string, group = GROUP): Promise<void> {
  const { mapper, files } = askMapper(socket);
  const here = { mapper: { ...mapper, check: async () => undefined }, files };
  const stop = AbortSignal.timeout(5_000);
  await serveMapper({ ...here, settings: { socket, group }, executor, log: () => {}, onListening: () => {}, stop });
}

test("what has expired is undone by itself, and what is left of it is said", async () => {
  const { log } = await serve({ sweep: async () => ["m1 has expired: it is in use"] });
  await expect.poll(() => log).toEqual(["m1 has expired: it is in use"]);
});
