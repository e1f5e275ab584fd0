import { appendFile, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { createAdaptorServer } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Page } from "playwright-core";
import { foldReport } from "@backurne/reports";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DAY } from "@backurne/simulation";
import { buildApp } from "../src/app.ts";
import { openApi, type Api } from "../test/world.ts";
import type { Scope } from "../src/scopes.ts";
import { liveThrough } from "./scene.ts";

const SHOTS = process.env["BACKURNE_SCREENSHOTS"];

let browser: Browser;
beforeAll(async () => {
  // Nothing of Debian's sandbox works for root in a container; what is opened is our own page.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterAll(() => browser.close());

interface Visit extends Api {
  readonly page: Page;
  readonly url: string;
  /** What the page tried and was not allowed, and what went wrong in it. */
  readonly troubles: string[];
}

interface Visitor {
  readonly scope?: Scope;
  readonly width?: number;
  readonly dark?: boolean;
  readonly script?: boolean;
}

/** Somebody who has put his token into the form. */
async function visit({ scope = "admin", width = 1280, dark = false, script = true }: Visitor = {}): Promise<Visit> {
  // The port is known only once the server listens, and whoever asks is told by it.
  const port = await freePort();
  const api = await openApi({ api: { listen: { host: "127.0.0.1", port }, hosts: [] } }, {}, liveThrough);
  await api.scene.backurne.precheck();
  await openBackup(api);
  const server = createAdaptorServer({ fetch: buildApp(api.scene).fetch });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: script,
  });
  onTestFinished(async () => {
    await context.close();
    await new Promise(
      (resolve) => (server.close(resolve), "closeAllConnections" in server && server.closeAllConnections()),
    );
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  const url = `http://127.0.0.1:${port}`;
  await page.goto(url);
  await page.getByLabel("Token").fill(api.tokens[scope]);
  await page.getByRole("button", { name: "Enter" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  // The form itself came with a 401.
  troubles.length = 0;
  return { ...api, page, url, troubles };
}

async function freePort(): Promise<number> {
  const server = createAdaptorServer({ fetch: () => new Response() });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** Pixels that hang out at the right. */
const WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

const PLACES = [
  "/",
  "/images/px1%2Fweb01%2Fscsi0",
  "/guests/px1%2Fdb-main",
  "/plan",
  "/runs",
  "/policies",
  "/findings",
  "/mappings",
  "/mappings/m1/files?path=p1",
];

/** A backup that is open, and what its guest has in there. */
async function openBackup({ scene, mounted }: Api): Promise<void> {
  await scene.backurne.map({ image: "px1/web01/scsi0", snapshot: "latest", lifetime: DAY });
  await mkdir(`${mounted}/var/a directory`, { recursive: true });
  await writeFile(`${mounted}/var/log of ${"a long name ".repeat(15)}`, "text");
  await writeFile(`${mounted}/page.html`, "<script>alert(1)</script>");
  await writeFile(`${mounted}/<img src=x onerror=alert(1)>`, "");
  await writeFile(`${mounted}/gpj.\u202eexe`, "");
  await symlink("/var", `${mounted}/to-var`);
}

describe("whoever has a token", () => {
  test("sees what is protected, and by a word less of it; an image shows its points, and why they stay", async () => {
    const { page, troubles } = await visit();
    await expect.poll(() => page.locator("#images tbody tr:visible").count()).toBe(8);
    await page.keyboard.press("/");
    await page.keyboard.type("web01");
    await expect.poll(() => page.locator("#images tbody tr:visible").count()).toBe(1);
    await page.getByRole("link", { name: "px1/web01/scsi0" }).click();
    await page.getByRole("heading", { name: "px1/web01/scsi0" }).waitFor();
    expect(await page.locator("svg circle.dot").count()).toBeGreaterThan(20);
    expect(await page.getByText("next daily").count()).toBe(1);
    // A point of the line leads to its row, by keyboard too.
    await page.locator("svg a").first().focus();
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toMatch(/^#point-\d+$/);
    expect(troubles).toEqual([]);
  });

  test("sees a guest: its points with all disks on one line, what one of them lacks, and opens a moment of it", async () => {
    const { page, url, scene, troubles } = await visit();
    await page.getByRole("link", { name: "all of db-main" }).first().click();
    await page.getByRole("heading", { name: "px1/db-main" }).waitFor();
    expect(await page.locator("#images tbody tr").count()).toBe(2);
    const [moment] = (await scene.backurne.guest("px1/db-main")).moments.slice(-1);
    expect(await page.locator("svg circle.dot").count()).toBeGreaterThan(20);
    // The last mark leads to the row of the newest moment, by keyboard too.
    await page.locator(`svg a[aria-label$="${moment?.at}"]`).first().focus();
    await page.keyboard.press("Enter");
    const row = page.locator("tr:target");
    expect(await row.getByRole("link").allTextContents()).toEqual(["scsi0", "virtio1"]);
    await row.getByRole("button", { name: "Open" }).click();
    await page.getByRole("heading", { name: /^m2/ }).waitFor();
    const [, opened] = await scene.backurne.listMapped();
    expect(opened?.backups.map(({ reference, creation }) => [reference, creation])).toEqual([
      ["px1/db-main/scsi0", moment?.at],
      ["px1/db-main/virtio1", moment?.at],
    ]);
    await page.goto(`${url}/images/px1%2Fdb-main%2Fscsi0`);
    await page.getByRole("link", { name: "all of db-main" }).click();
    await page.getByRole("heading", { name: "px1/db-main" }).waitFor();
    expect(troubles).toEqual([]);
  });

  test("holds a point and releases it; who may only read is not offered to", async () => {
    const { page, audited } = await visit();
    await page.goto(`${new URL(page.url()).origin}/images/px1%2Fweb01%2Fscsi0`);
    await page
      .getByLabel(/^Hold daily of/)
      .first()
      .click();
    await page.getByRole("button", { name: /^Hold it: daily of/ }).click();
    await page.getByRole("button", { name: /^Release daily of/ }).click();
    await expect.poll(() => page.getByRole("button", { name: /^Release/ }).count()).toBe(0);
    expect(audited.map(({ path, status }) => [path.split("/").at(-1), status])).toEqual([
      ["login", 303],
      ["hold", undefined],
      ["hold", 303],
      ["release", undefined],
      ["release", 303],
    ]);
    const reader = await visit({ scope: "read" });
    await reader.page.goto(`${reader.url}/images/px1%2Fweb01%2Fscsi0`);
    expect(await reader.page.getByRole("button").allTextContents()).toEqual(["Leave"]);
  });

  test.each([true, false])(
    "holds a whole moment of a guest, by keyboard, with a reason and to a day; script: %s",
    async (script) => {
      const { page, url, scene, troubles } = await visit({ script, width: 360 });
      await page.goto(`${url}/guests/px1%2Fdb-main`);
      const opener = page.getByLabel(/^Hold the moment of/).nth(1);
      await opener.focus();
      await page.keyboard.press("Enter");
      const form = page.locator("details[open] form");
      expect(await page.evaluate(WIDER)).toBe(0);
      await form.getByLabel("reason").fill("before the upgrade");
      await form.getByLabel("until").fill("2030-01-01");
      await shoot(page, `guest-hold-360-${script ? "script" : "plain"}`);
      await form.getByRole("button", { name: /^Hold it: the moment of/ }).click();
      await page.getByRole("button", { name: /^Release the moment of/ }).waitFor();
      expect(new URL(page.url()).hash).toMatch(/^#moment-\d+$/);
      const { moments } = await scene.backurne.guest("px1/db-main");
      expect(moments.at(-2)?.points.map(({ disk, hold }) => [disk, hold])).toMatchObject(
        ["scsi0", "virtio1"].map((disk) => [
          disk,
          { until: "2030-01-01T00:00:00.000Z", reason: "before the upgrade, by of admin" },
        ]),
      );
      await page.setViewportSize({ width: 1280, height: 900 });
      await page
        .getByLabel(/^Hold the moment of/)
        .first()
        .click();
      await shoot(page, `guest-hold-1280-${script ? "script" : "plain"}`);
      await page.getByRole("button", { name: /^Release the moment of/ }).click();
      await expect.poll(() => page.getByRole("button", { name: /^Release the moment of/ }).count()).toBe(0);
      expect(troubles).toEqual([]);
    },
  );

  test("starts a run, sees it move, and sees its end", async () => {
    const { page, world, url, troubles } = await visit();
    world.now += DAY;
    const gate = Promise.withResolvers<void>();
    world.before = (call) => (call.includes("createSnapshot") ? gate.promise : undefined);
    await page.goto(`${url}/plan`);
    await shoot(page, "plan-due");
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("of 8 disks").first().waitFor();
    await shoot(page, "run-live");
    gate.resolve();
    await page.getByText("well", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "Disks" }).waitFor();
    await page.getByRole("heading", { name: "Events" }).waitFor();
    await shoot(page, "run-ended");
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate(WIDER)).toBe(0);
    await shoot(page, "run-narrow");
    expect(troubles).toEqual([]);
  });

  test("compares an image with its source, sees that move, and what it found", async () => {
    const { page, world, url, troubles } = await visit();
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    world.before = (call) => {
      if (call === "px1 snapshots vm-100-scsi0") return gates[0]?.promise;
      return call === "compare vm-100-scsi0" ? gates[1]?.promise : undefined;
    };
    await page.goto(`${url}/images/px1%2Fweb01%2Fscsi0`);
    await page.getByRole("button", { name: "Compare all of it with its source" }).click();
    await page.getByText("0 of 1 image compared, 0 different").first().waitFor();
    await page.getByText("px1/web01/scsi0 ").waitFor();
    await shoot(page, "verification-live-1280");
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate(WIDER)).toBe(0);
    await shoot(page, "verification-live-360");
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByText("0 of 1 image compared").waitFor();
    await other.close();
    for (const gate of gates) gate.resolve();
    await page.getByText("well", { exact: true }).waitFor();
    await page.getByText("same", { exact: true }).waitFor();
    expect(await page.evaluate(WIDER)).toBe(0);
    await shoot(page, "verification-ended-360");
    await page.setViewportSize({ width: 1280, height: 800 });
    await shoot(page, "verification-ended-1280");
    await page.goto(`${url}/runs`);
    await page.locator('a[href^="/verifications/"]').waitFor();
    await shoot(page, "runs-1280");
    expect(troubles).toEqual([]);
  });

  test("sees a run of another process move, and end", async () => {
    const { page, world, url, scene, troubles } = await visit({ scope: "read" });
    const at = new Date(world.now).toISOString();
    const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
    const plan = await scene.backurne.plan({ force: true });
    const [job] = plan.jobs;
    const ended = {
      kind: "job-ended",
      at,
      job: job?.id,
      subject: job?.subject,
      outcome: "done",
      milliseconds: 1,
      bytes: 7,
    };
    const begun = { kind: "run-started", at, run: "cron", host: "bk1", version: "0" } as const;
    await mkdir(`${scene.settings.stateDir}/runs`, { recursive: true });
    const file = `${scene.settings.stateDir}/runs/cron.ndjson`;
    await writeFile(file, line({ ...plan, at }) + line(begun));
    // By the clock of this world.
    await utimes(file, world.now / 1000, world.now / 1000);
    await page.goto(url);
    await page.getByText("goes on elsewhere").waitFor();
    const jobs = () => page.locator("[data-is=jobs]").textContent();
    await expect.poll(jobs, { timeout: 15_000 }).toMatch(/^0 of 8 disks, /);
    await appendFile(file, line(ended));
    await expect.poll(jobs, { timeout: 15_000 }).toMatch(/^1 of 8 disks, /);
    await shoot(page, "overview-elsewhere");
    await appendFile(file, line(foldReport([begun, { kind: "run-ended", at }])));
    await page.getByText("No run goes on").waitFor();
    expect(troubles).toEqual([]);
  });

  test("tries a policy and sees ten years of it; a mistake is said", async () => {
    const { page, url } = await visit({ scope: "read" });
    await page.goto(`${url}/policies`);
    expect(await page.locator("polygon.band").count()).toBe(4);
    await page.getByLabel("keep").first().fill("nonsense");
    await page.getByRole("button", { name: "Play ten years" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("keep a whole number");
    expect(await page.locator("polygon.band").count()).toBe(0);
  });

  test("leaves, and is asked for the token again; a wrong one is said to be wrong", async () => {
    const { page } = await visit();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByLabel("Token").fill("bkn_nonsense");
    await page.getByRole("button", { name: "Enter" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("not known");
    await shoot(page, "login");
  });
});

describe("files of a backup", () => {
  test.each([true, false])("it is opened, browsed and closed, and a file of it saved; script: %s", async (script) => {
    const { page, url, scene, troubles } = await visit({ script });
    await page.goto(`${url}/images/px1%2Fweb01%2Fscsi0`);
    await page
      .getByRole("button", { name: /^Open daily of/ })
      .first()
      .click();
    await page.getByRole("heading", { name: /^m2/ }).waitFor();
    await page.getByRole("link", { name: "Browse the files of m1" }).click();
    await page.getByRole("link", { name: "p1/" }).click();
    await shoot(page, "files");
    await page.getByRole("link", { name: "to-var/" }).click();
    await page.getByRole("link", { name: "a directory/" }).click();
    await page.getByText("Nothing is in it.").waitFor();
    await page.getByRole("navigation", { name: "Directories above" }).getByRole("link", { name: "p1" }).click();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download page.html" }).click(),
    ]);
    expect([saved.suggestedFilename(), await readFile(await saved.path(), "utf8")]).toEqual([
      "page.html",
      "<script>alert(1)</script>",
    ]);
    const [packed] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download var as zip" }).click(),
    ]);
    expect([packed.suggestedFilename(), (await readFile(await packed.path())).subarray(0, 2).toString()]).toEqual([
      "var.zip",
      "PK",
    ]);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Mapped" }).click();
    await page.getByRole("button", { name: "Close m2" }).click();
    await expect.poll(() => page.getByRole("button", { name: "Close m2" }).count()).toBe(0);
    expect((await scene.backurne.listMapped()).map(({ id }) => id)).toEqual(["m1"]);
    expect(troubles).toEqual([]);
  });

  test("a page of a guest's is never one of ours, and its names are text", async () => {
    const { page, url, troubles } = await visit();
    const asked: string[] = [];
    page.on("dialog", (dialog) => (asked.push(dialog.message()), void dialog.dismiss()));
    await page.goto(`${url}/mappings/m1/files?path=p1`);
    await page.getByText("<img src=x onerror=alert(1)>").waitFor();
    await page.getByText("gpj.\\u202eexe").waitFor();
    // Typed as an address, too: it is saved, and the page stays.
    const saved = page.waitForEvent("download");
    await page.goto(`${url}/mappings/m1/content?path=p1/page.html`).catch(() => undefined);
    await saved;
    // In a frame of a page, and as a script of it.
    const framed = await page.evaluate(`new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = "/mappings/m1/content?path=p1/page.html";
      script.onerror = () => resolve("refused");
      script.onload = () => resolve("run");
      document.body.append(script);
    })`);
    expect([framed, asked]).toEqual(["refused", []]);
    expect(troubles.join()).toContain("MIME type");
  });

  test("by keyboard alone: a directory is entered, and left", async () => {
    const { page, url } = await visit();
    await page.goto(`${url}/mappings/m1/files?path=p1`);
    await page.getByRole("link", { name: "var/", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "a directory/" }).waitFor();
    await page.getByRole("link", { name: "m1", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("1 entry").waitFor();
  });
});

test("every place is there without the script, too", async () => {
  const { page, url } = await visit({ script: false });
  for (const path of PLACES) {
    await page.goto(`${url}${path}`);
    expect(await page.locator("h1").count()).toBe(1);
  }
});

test("no two buttons of a page are called the same by what a screen reader is told", async () => {
  const { page, url } = await visit();
  for (const path of PLACES) {
    await page.goto(`${url}${path}`);
    const told = await page.locator("body").ariaSnapshot();
    const buttons = [...told.matchAll(/- button(?: "((?:[^"\\]|\\.)*)")?/g)].map(([, called = ""]) => called);
    expect(buttons.length, path).toBeGreaterThan(0);
    expect([path, buttons.filter((one, index) => one === "" || buttons.indexOf(one) < index)]).toEqual([path, []]);
  }
});

describe.each([360, 768, 1280, 1920])("at a width of %i", (width) => {
  // Colours make nothing wider: in the dark it is looked at where most people sit.
  test.each(width === 1280 ? [false, true] : [false])("nothing is wider than the screen; dark: %s", async (dark) => {
    const { page, url, troubles } = await visit({ width, dark });
    for (const [index, path] of PLACES.entries()) {
      await page.goto(`${url}${path}`);
      await shoot(page, `${index}-${width}-${dark ? "dark" : "light"}`);
      const wide = await page.evaluate(WIDER);
      expect([path, wide]).toEqual([path, 0]);
    }
    expect(troubles).toEqual([]);
  });
});

test("a name is text, whatever it says", async () => {
  const { page, url } = await visit();
  const asked: string[] = [];
  page.on("dialog", (dialog) => (asked.push(dialog.message()), void dialog.dismiss()));
  await page.goto(url);
  await page.getByRole("link", { name: "<script>alert(1)</script>" }).first().click();
  await page.getByRole("heading", { name: "<script>alert(1)</script>" }).waitFor();
  expect(asked).toEqual([]);
});
