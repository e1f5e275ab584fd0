import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { BackurneError } from "@backurne/model";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { buildApp } from "../src/app.ts";
import { files } from "../src/documents.ts";
import { openApi, type Api, type Asked } from "./world.ts";

const FILES = "/api/v1/mappings/m1/files";
const EVIL = `"><img src=x onerror=alert(1)>'`;
const GUEST = `
  mkdir -p etc deep/er empty
  echo 'root:x:0:0' >etc/passwd
  seq 2000 >numbers
  echo '<script>alert(1)</script>' >page.html
  ln -s /etc/passwd absolute; ln -s ../../../../../etc/passwd deep/er/upwards; ln -s loop loop; ln -s /deep to
  ln -s ../../tokens host; mkfifo fifo
  touch ${quote(EVIL)} "$(printf 'a\\nb')" "$(printf 'caf\\xe9')" "$(printf 'gpj.\\u202eexe')" 'a+b c&d=e%2f#?'
`;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The API with m1 open, and the files of a guest in its only file system. */
async function openMapped(script = GUEST): Promise<Api> {
  const api = await openApi();
  execFileSync("bash", ["-ec", script], { cwd: api.mounted });
  await api.ask("/api/v1/mappings", { body: { image: "alpha/disk", snapshot: "latest" } });
  api.audited.length = 0;
  return api;
}

const content = (path: string) => `${FILES}/content?path=${path}`;
const explore = (more: Asked = {}): Asked => ({ as: "explore", ...more });

async function list({ ask }: Api, query = "") {
  return files.parse(await (await ask(`${FILES}${query}`, explore())).json());
}

describe("a directory", () => {
  test("without a path: the file systems of the mapping", async () => {
    const api = await openMapped();
    const { entries, path, trail } = await list(api);
    expect([path, trail]).toEqual(["", []]);
    expect(entries).toEqual([{ name: "p1", path: "p1", kind: "volume", size: 2048, label: "<i>root</i>\\x0a" }]);
  });

  test("tells what is in it, and each entry leads to itself, whatever its name is", async () => {
    const api = await openMapped();
    const { entries, total, trail } = await list(api, "?path=p1");
    expect([total, trail]).toEqual([entries.length, [{ name: "p1", path: "p1" }]]);
    const names = entries.map(({ name }) => name);
    for (const name of ["a\\x0ab", "caf\\xe9", "gpj.\\u202eexe", EVIL, "a+b c&d=e%2f#?"]) expect(names).toContain(name);
    expect(entries.find(({ name }) => name === "absolute")).toMatchObject({
      kind: "link",
      target: "/etc/passwd",
      leads: "file",
    });
    expect(entries.find(({ name }) => name === "host")).not.toHaveProperty("leads");
    for (const { path, kind } of entries.filter((entry) => entry.kind === "file")) {
      const response = await api.ask(content(path), explore());
      expect([path, kind, response.status]).toEqual([path, "file", 200]);
      await response.body?.cancel();
    }
  });

  test("comes page by page", async () => {
    const api = await openMapped("seq -f 'file %g' 1000 | xargs -d '\\n' touch");
    const seen: string[] = [];
    for (let after = ""; ;) {
      const page = await list(api, `?path=p1&limit=300${after}`);
      seen.push(...page.entries.map(({ name }) => name));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([1000, 1000]);
  });

  test.each([
    ["p1/etc/passwd", 400, "usage"],
    ["p1/none", 404, "not-found"],
    ["p2", 404, "not-found"],
    ["p1/..", 400, "usage"],
    ["p1/%2e%2e/p1", 400, "usage"],
    ["p1%2f..%2f..", 400, "usage"],
    ["..", 400, "usage"],
    ["p1/a%00b", 400, "usage"],
    ["p1/loop", 409, "refused"],
    ["p1/host", 404, "not-found"],
    ["p1/100%25%", 400, "usage"],
    ["%2Fetc", 404, "not-found"],
  ])("%s is a problem", async (path, status, code) => {
    const { ask } = await openMapped();
    const response = await ask(`${FILES}?path=${path}`, explore());
    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });
});

describe("a file", () => {
  test("is bytes to be saved, and never what it says it is", async () => {
    const { ask } = await openMapped();
    const response = await ask(content("p1/page.html"), explore({ headers: { accept: "text/html" } }));
    expect(await response.text()).toBe("<script>alert(1)</script>\n");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="page.html"; filename*=UTF-8''page.html`,
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
      "content-length": "26",
    });
  });

  test.each([
    ["p1/absolute", "root:x:0:0\n"],
    ["p1/deep/er/upwards", "root:x:0:0\n"],
    ["p1/to/er/upwards", "root:x:0:0\n"],
    ["/p1//etc/./passwd", "root:x:0:0\n"],
    ["p1%2Fetc%2Fpasswd", "root:x:0:0\n"],
  ])("%s is found inside", async (path, text) => {
    const { ask } = await openMapped();
    expect(await (await ask(content(path), explore())).text()).toBe(text);
  });

  test.each([
    ["p1/fifo", 409],
    ["p1/etc", 400],
    ["p1", 400],
    ["", 400],
    ["p1/host", 404],
    ["p1/../../tokens", 400],
    ["p1/etc/passwd/x", 404],
  ])("%s is none", async (path, status) => {
    const { ask } = await openMapped();
    expect((await ask(content(path), explore())).status).toBe(status);
  });

  test.each([
    [EVIL, `filename="___img src_x onerror_alert_1___"; filename*=UTF-8''__%3D`],
    ["a\nb", `filename="a_x0ab"; filename*=UTF-8''a_x0ab`],
    ["gpj.\u202eexe", `filename="gpj._u202eexe"; filename*=UTF-8''gpj._u202eexe`],
    ["fünf 日", `filename="f_nf _"; filename*=UTF-8''f%C3%BCnf%20%E6%97%A5`],
  ])("%j is saved under a name that does nothing", async (name, said) => {
    const { ask, mounted } = await openMapped();
    writeFileSync(join(mounted, name), "");
    const response = await ask(content(`p1/${encodeURIComponent(name)}`), explore());
    await response.body?.cancel();
    const header = response.headers.get("content-disposition");
    if (name === EVIL) expect(header).toMatch(/^attachment; filename="[\w ]*"; filename\*=UTF-8''[\w%.~-]*$/);
    else expect(header).toBe(`attachment; ${said}`);
  });

  const whole = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join("");
  const size = whole.length;
  test.each([
    ["bytes=0-9", whole.slice(0, 10), `bytes 0-9/${size}`],
    ["bytes=100-", whole.slice(100), `bytes 100-${size - 1}/${size}`],
    ["bytes=-5", whole.slice(-5), `bytes ${size - 5}-${size - 1}/${size}`],
    ["bytes=0-99999999", whole, `bytes 0-${size - 1}/${size}`],
    ["bytes=-99999999", whole, `bytes 0-${size - 1}/${size}`],
  ])("%s is a part", async (range, text, said) => {
    const { ask } = await openMapped();
    const response = await ask(content("p1/numbers"), explore({ headers: { range } }));
    expect([response.status, response.headers.get("content-range"), await response.text()]).toEqual([206, said, text]);
    expect(response.headers.get("content-length")).toBe(String(text.length));
  });

  test.each(["bytes=999999-", "bytes=-0", `bytes=${size}-`])("%s is no part of it", async (range) => {
    const { ask } = await openMapped();
    const response = await ask(content("p1/numbers"), explore({ headers: { range } }));
    expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
    expect(await response.json()).toMatchObject({ code: "no-such-range" });
  });

  test.each(["bytes=9-3", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "bytes=x-"])("%s is all of it", async (range) => {
    const { ask } = await openMapped();
    const response = await ask(content("p1/numbers"), explore({ headers: { range } }));
    expect([response.status, await response.text()]).toEqual([200, whole]);
  });

  test("goes on only with what it was", async () => {
    const { ask, mounted } = await openMapped();
    const etag = (await ask(content("p1/numbers"), explore({ method: "HEAD" }))).headers.get("etag") ?? "";
    const goOn = async () => {
      const response = await ask(content("p1/numbers"), explore({ headers: { range: "bytes=10-", "if-range": etag } }));
      await response.body?.cancel();
      return response.status;
    };
    expect(await goOn()).toBe(206);
    writeFileSync(join(mounted, "numbers"), whole.replaceAll("1", "2"));
    expect(await goOn()).toBe(200);
  });

  test("of terabytes of holes: its end is there at once", async () => {
    const { ask } = await openMapped("truncate -s 4T holes; printf end >>holes");
    const response = await ask(content("p1/holes"), explore({ headers: { range: "bytes=-4" } }));
    expect([response.headers.get("content-range"), await response.text()]).toEqual([
      "bytes 4398046511103-4398046511106/4398046511107",
      "\0end",
    ]);
  });

  test("answers a HEAD, and nothing stays open", async () => {
    const { ask } = await openMapped();
    const count = () => readdirSync("/proc/self/fd").length;
    const before = count();
    const response = await ask(content("p1/numbers"), explore({ method: "HEAD" }));
    expect([response.status, response.headers.get("content-length"), count()]).toEqual([200, String(size), before]);
    const body = (await ask(content("p1/numbers"), explore())).body;
    await body?.cancel();
    await ask(content("p1/numbers"), explore({ headers: { range: "bytes=99999-" } }));
    expect(count()).toBe(before);
  });
});

describe("an archive", () => {
  const archive = (path: string, format: string) => `${FILES}/archive?path=${path}&format=${format}`;

  test.each([
    ["tar", "application/x-tar", "p1/etc", "etc"],
    ["zip", "application/zip", "p1/etc", "etc"],
    ["tar", "application/x-tar", "p1", "m1-p1"],
    ["zip", "application/zip", "p1", "m1-p1"],
  ])("%s of a directory", async (format, type, path, name) => {
    const { ask } = await openMapped();
    const response = await ask(archive(path, format), explore());
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": type,
      "content-security-policy": "sandbox; default-src 'none'",
      "content-disposition": expect.stringContaining(`filename="${name}.${format}"`),
    });
    const found = await unpacked(format, response);
    expect(found).toContain(path === "p1" ? `${name}/etc/passwd` : `${name}/passwd`);
  });

  test("with any name that a directory may have", async () => {
    const api = await openMapped(`mkdir ${quote(EVIL)} "$(printf 'caf\\xe9')" -- -rf 's,^,x,'; touch ./-rf/x`);
    const { entries } = await list(api, "?path=p1");
    for (const { path } of entries) {
      for (const format of ["tar", "zip"]) {
        const response = await api.ask(archive(path, format), explore());
        expect([path, (await unpacked(format, response)).length > 0]).toEqual([path, true]);
      }
    }
  });

  test.each([
    ["p1/numbers", "tar", 400],
    ["p1/none", "zip", 404],
    ["", "tar", 400],
    ["p1", "rar", 400],
  ])("%s as %s is a problem, and no archive", async (path, format, status) => {
    const { ask } = await openMapped();
    const response = await ask(archive(path, format), explore());
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
  });

  test("answers a HEAD, and nothing was begun", async () => {
    const { ask } = await openMapped();
    const response = await ask(archive("p1", "tar"), explore({ method: "HEAD" }));
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-tar"]);
  });

  /** What the server itself would print, beside our log. */
  function listenToConsole() {
    const spies = [vi.spyOn(console, "error"), vi.spyOn(console, "info")];
    onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
    return () => spies.flatMap(({ mock }) => mock.calls);
  }

  test("a file that becomes shorter breaks the connection off, too", async () => {
    const { fetchOver, mounted } = await overHttp();
    const printed = listenToConsole();
    execFileSync("bash", ["-c", "head -c 90000000 /dev/urandom >file"], { cwd: mounted });
    const response = await fetchOver(content("p1/file"));
    expect(response.headers.get("content-length")).toBe("90000000");
    truncateSync(join(mounted, "file"), 7);
    await expect(response.arrayBuffer()).rejects.toThrow(/terminated/);
    expect(printed()).toEqual([]);
  });

  test.each(["tar", "zip"])("%s that does not become whole breaks the connection off", async (format) => {
    const { fetchOver, mounted, logged } = await overHttp();
    const printed = listenToConsole();
    execFileSync("bash", ["-c", "head -c 90000000 /dev/urandom >file"], { cwd: mounted });
    const response = await fetchOver(archive("p1", format));
    expect(response.status).toBe(200);
    const got: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        if (got.length === 9) truncateSync(join(mounted, "file"), 7);
        got.push(chunk);
      }
    };
    await expect(read()).rejects.toThrow(/terminated/);
    expect(String(logged)).toContain("broke off");
    expect(printed()).toEqual([]);
    const file = keep(Buffer.concat(got));
    const [program, ...args] = format === "tar" ? ["tar", "-tf", file] : ["python3", "-m", "zipfile", "-t", file];
    expect(spawnSync(program!, args).status).not.toBe(0);
  });

  test("whoever goes away leaves no program behind", async () => {
    const { fetchOver, mounted } = await overHttp();
    execFileSync("bash", ["-c", "head -c 90000000 /dev/urandom >file"], { cwd: mounted });
    const stop = new AbortController();
    const response = await fetchOver(archive("p1", "tar"), { signal: stop.signal });
    const tars = () => spawnSync("pgrep", ["-P", String(process.pid), "-x", "tar"]).stdout.toString();
    expect(response.status).toBe(200);
    await expect.poll(tars, { timeout: 20_000 }).not.toBe("");
    stop.abort();
    await expect.poll(tars, { timeout: 20_000 }).toBe("");
  });

  async function overHttp() {
    const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as AddressInfo;
    const api = await openApi({ api: { listen: { host: "127.0.0.1", port }, hosts: [] } });
    const app = buildApp(api.scene);
    onTestFinished(() => void server.close());
    await api.scene.backurne.map({ image: "alpha/disk", snapshot: "latest" });
    const headers = { authorization: `Bearer ${api.tokens.explore}` };
    return {
      ...api,
      fetchOver: (path: string, more = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers, ...more }),
    };
  }

  function keep(bytes: Uint8Array): string {
    const directory = mkdtempSync(join(tmpdir(), "backurne-packed-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    writeFileSync(join(directory, "archive"), bytes);
    return join(directory, "archive");
  }

  async function unpacked(format: string, response: Response): Promise<readonly string[]> {
    const file = keep(new Uint8Array(await response.arrayBuffer()));
    const script =
      "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print('\\n'.join(z.namelist()))";
    const [program, ...args] = format === "tar" ? ["tar", "-tf", file] : ["python3", "-c", script, file];
    return execFileSync(program!, args, { encoding: "utf8", env: { ...process.env, PYTHONUTF8: "1" } }).split("\n");
  }
});

describe("a mapping", () => {
  test.each([
    ["opening", [], 409, "held"],
    ["differs", ["/run/p1 is not mounted"], 409, "refused"],
    ["interrupted", [], 409, "refused"],
  ] as const)(
    "that is %s is not looked into: its directories may be empty",
    async (state, differences, status, code) => {
      const api = await openMapped();
      const [mapping] = await api.scene.backurne.listMapped();
      Object.assign(mapping!, { state, differences });
      for (const path of [FILES, `${FILES}?path=p1`, content("p1/numbers"), `${FILES}/archive?path=p1`]) {
        const response = await api.ask(path, explore());
        expect([path, response.status, await response.json()]).toMatchObject([path, status, { code }]);
      }
    },
  );

  test("that is not there is said not to be", async () => {
    const { ask } = await openMapped();
    expect((await ask(FILES.replace("m1", "m9"), explore())).status).toBe(404);
    expect((await ask(FILES.replace("m1", "..%2f"), explore())).status).toBe(400);
  });

  test("who takes files of a guest is written down before the first byte, who looks at a directory is not", async () => {
    const { ask, audited, scene } = await openMapped();
    await ask(`${FILES}?path=p1`, explore());
    expect(audited).toEqual([]);
    await (await ask(content("p1/etc/passwd"), explore())).text();
    await ask(`${FILES}/archive?path=p1`, explore({ method: "HEAD" }));
    expect(audited).toMatchObject([
      { name: "of explore", method: "GET", path: `${FILES}/content`, query: "?path=p1/etc/passwd" },
      { name: "of explore", method: "HEAD", path: `${FILES}/archive`, query: "?path=p1" },
    ]);
    Object.assign(scene, {
      audit: async () => {
        throw new BackurneError("unexpected", "the disk is full");
      },
    });
    expect((await ask(content("p1/etc/passwd"), explore())).status).toBe(500);
  });
});

describe("the old tool's path", () => {
  const nothing = {
    fstype: null,
    mountpoint: null,
    image: null,
    parent_image: null,
    parent_snap: null,
    mapped: null,
    size: null,
  };

  test("answers with its tree, a disk each, and null for what a node has not", async () => {
    const { ask, mounted } = await openMapped();
    const partition = { ...nothing, dev: "/dev/nbd0p1", fstype: "ext4", mountpoint: mounted, size: "2K", children: [] };
    expect(await (await ask("/mapped/", { as: "read" })).json()).toEqual([
      {
        ...nothing,
        dev: "/dev/nbd0",
        parent_image: "alpha;disk;None",
        parent_snap: expect.stringMatching(/^backup;daily;7;/),
        children: [{ ...nothing, dev: "/dev/nbd0", size: "4K", children: [partition] }],
      },
    ]);
  });

  test.each([
    [0, "0B"],
    [1023, "1023B"],
    [1536, "1.5K"],
    [20 * 1024 ** 3, "20G"],
    [20.46 * 1024 ** 3, "20.5G"],
    [4 * 1024 ** 4, "4T"],
  ])("%i bytes are %s", async (size, word) => {
    const { ask, scene } = await openApi();
    const backup = { reference: "alpha/disk", image: "alpha;disk;None", snapshot: "s", creation: "" };
    const device = { device: "/dev/nbd0", on: [], size, type: "xfs" };
    const mapping = { id: "m1", backups: [backup, backup], state: "ok", differences: [], devices: [device] } as const;
    Object.assign(scene.backurne, { listMapped: async () => [mapping] });
    expect(await (await ask("/mapped/", { as: "read" })).json()).toEqual([
      // Which of the two it is nobody says.
      {
        ...nothing,
        dev: "/dev/nbd0",
        children: [{ ...nothing, dev: "/dev/nbd0", fstype: "xfs", size: word, children: [] }],
      },
    ]);
  });
});

describe("the page", () => {
  const asPage = (more: Asked = {}): Asked => ({ headers: { accept: "text/html" }, ...more });

  test("shows each directory, with names as text, and every link of it leads somewhere", async () => {
    const { ask } = await openMapped();
    const todo = ["/mappings"];
    const seen = new Set<string>();
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await ask(path, asPage());
      expect([path, response.status]).toEqual([path, 200]);
      if (!response.headers.get("content-type")?.startsWith("text/html")) {
        expect([path, response.headers.get("content-disposition")?.slice(0, 10)]).toEqual([path, "attachment"]);
        await response.body?.cancel();
        continue;
      }
      const text = await response.text();
      expect([path, /<img|<i>|\u202e|<script>/.test(text)]).toEqual([path, false]);
      const links = [...text.matchAll(/href="(\/mappings[^"#]*)"/g)].map(([, link = ""]) =>
        link.replaceAll("&amp;", "&"),
      );
      todo.push(...links);
    }
    // The list, the mapping, its root, five directories (one by a link), and for each an archive of both kinds; files.
    expect(seen.size).toBeGreaterThan(20);
    expect([...seen].some((path) => path.includes("caf%E9"))).toBe(true);
  });

  test("goes on where a directory is long", async () => {
    const { ask } = await openMapped("seq 1100 | xargs touch");
    let path: string | undefined = "/mappings/m1/files?path=p1";
    let rows = 0;
    for (let pages = 0; path !== undefined; pages += 1) {
      const text: string = await (await ask(path, asPage())).text();
      rows += [...text.matchAll(/<td class="name">/g)].length;
      path = /rel="next" href="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
      expect(pages).toBeLessThan(5);
    }
    expect(rows).toBe(1100);
  });

  test("opens a backup and closes it, by forms that need their scope", async () => {
    const { ask, scene } = await openApi();
    const form = {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
    };
    const open = { ...form, form: "snapshot=latest" };
    expect((await ask("/images/alpha%2Fdisk/map", { ...open, as: "explore" })).status).toBe(403);
    const opened = await ask("/images/alpha%2Fdisk/map", { ...open, as: "map" });
    expect([opened.status, opened.headers.get("location")]).toEqual([303, "/mappings#m1"]);
    const [mapping] = await scene.backurne.listMapped();
    expect(Date.parse(mapping?.expires ?? "") - Date.parse(mapping?.since ?? "")).toBe(8 * 3_600_000);
    const page = await (await ask("/mappings", { as: "map" })).text();
    expect([page.includes("Close m1"), page.includes("Browse")]).toEqual([true, false]);
    expect((await ask("/mappings/m1/close", { ...form, as: "map" })).status).toBe(303);
    expect(await scene.backurne.listMapped()).toEqual([]);
  });

  test("says trouble on a page", async () => {
    const { ask } = await openMapped();
    for (const path of ["/mappings/m1/files?path=p1/none", "/mappings/m1/content?path=p1/fifo", "/mappings/m9/files"]) {
      const response = await ask(path, asPage());
      expect([path, response.headers.get("content-type")?.slice(0, 9), response.status >= 400]).toEqual([
        path,
        "text/html",
        true,
      ]);
    }
  });
});

test("so many are taken at once, and no more; whoever has his, or goes away, makes room", async () => {
  const api = await openMapped();
  const { takers } = api.scene.ceilings;
  for (const more of [{ method: "HEAD" }, { headers: { range: "bytes=99999-" } }])
    await api.ask(content("p1/numbers"), explore(more));
  await (await api.ask(content("p1/nowhere"), explore())).text();
  expect(takers.inside).toBe(0);
  const taken: Response[] = [];
  for (let count = 0; count < 8; count += 1) {
    taken.push(await api.ask(content("p1/numbers"), explore()));
    taken.push(await api.ask(`${FILES}/archive?path=p1/deep`, explore()));
  }
  expect([takers.inside, taken.map(({ status }) => status)]).toEqual([16, taken.map(() => 200)]);
  api.audited.length = 0;
  const late = await api.ask(content("p1/numbers"), explore());
  expect([late.status, late.headers.get("retry-after"), api.audited]).toEqual([429, "5", []]);
  await taken[0]?.text();
  await taken[1]?.body?.cancel();
  expect(takers.inside).toBe(14);
  await Promise.all(taken.slice(2).map((one) => one.arrayBuffer()));
  expect(takers.inside).toBe(0);
});
