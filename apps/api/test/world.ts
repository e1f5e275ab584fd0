import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { House } from "@backurne/engine";
import { createExecutor } from "@backurne/exec";
import type { Settings } from "@backurne/model";
import { runToldPrecheck, writeRunFile } from "@backurne/reports";
import type { Outlet } from "@backurne/reports/outlets";
import { backUp, DAY, guest, openWorld, profile, type World } from "@backurne/simulation";
import { openDoor, openFiles, openTelling } from "backurne";
import { keepPrecheck } from "backurne/check";
import { onTestFinished } from "vitest";
import { buildApp } from "../src/app.ts";
import type { AuditLine } from "../src/audit.ts";
import { openCeilings } from "../src/gate.ts";
import { openReads } from "../src/reads.ts";
import { openRuns } from "../src/runs/runs.ts";
import type { Scene } from "../src/scene.ts";
import { openSessions } from "../src/sessions.ts";
import type { Scope } from "../src/scopes.ts";
import { openFakeMapper } from "./mapper.ts";
import { openTokens } from "../src/tokens.ts";
import { openVerifications } from "../src/verifications.ts";

export const HOST = "127.0.0.1:5000";

export interface Asked {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the token; null: none. */
  readonly as?: Scope | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Sent as it is, in place of a body. */
  readonly form?: string;
}

export interface Api {
  readonly world: World;
  readonly scene: Scene;
  /** What stands for the file system of whatever is mapped: `p1`. */
  readonly mounted: string;
  readonly audited: AuditLine[];
  readonly logged: unknown[];
  /** What whoever is told of runs does at their end. */
  readonly outlet: Pick<Outlet, "close">;
  /** By scope. */
  readonly tokens: Readonly<Record<Scope, string>>;
  /** `GET /runs/:run`: all that is mounted, guards aside. */
  readonly routes: readonly string[];
  ask(path: string, asked?: Asked): Promise<Response>;
}

/** A plain disk and a guest, each with three nights of backups. */
async function liveShortly(): Promise<World> {
  const world = openWorld({
    profiles: [profile({ count: 7 })],
    plain: ["alpha"],
    proxmox: { px1: [guest(100, "web")] },
  });
  world.live("alpha").add("disk");
  for (let night = 0; night < 3; night += 1, world.now += DAY) await backUp(world.host("bk1"));
  return world;
}

/** What archives are made by is the real one; everything else is simulated. */
function onlyTar(simulated: House["executor"]): House["executor"] {
  const real = createExecutor({ env: process.env });
  return { run: (pipeline, options) => (pipeline[0].file === "tar" ? real : simulated).run(pipeline, options) };
}

/** The API in this process, before the engine in memory. */
export async function openApi(
  changes: Partial<Settings> = {},
  others: Partial<Scene> = {},
  live: () => Promise<World> = liveShortly,
): Promise<Api> {
  const stateDir = await mkdtemp(join(tmpdir(), "backurne-api-"));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  const world = await live();
  const { settings: simulated, backup } = world.host("bk1");
  const api = { listen: { host: "127.0.0.1", port: 5000 }, hosts: ["backup.example.net"] };
  const settings = { ...simulated, stateDir, api, ...changes };
  const usage = async () => [...world.backup.images.keys()].map((image) => ({ image, used: 4096 }) as never);
  const keepCheck: House["keepCheck"] = (found) => keepPrecheck(stateDir, found);
  const now = (): number => world.now;
  const mounted = join(stateDir, "run", "p1");
  await mkdir(mounted, { recursive: true });
  const mapper = openFakeMapper(now, mounted);
  const { executor: simulatedExecutor } = world.host("bk1");
  const executor = onlyTar(simulatedExecutor);
  const house = world.host("bk1", { settings, keepCheck, mapper, executor, backup: { ...backup, usage } });
  const backurne = openDoor(house, { files: openFiles(house), close: async () => undefined });
  const tokens = openTokens(stateDir, now);
  const audited: AuditLine[] = [];
  const logged: unknown[] = [];
  const log = (message: string, error?: unknown): void => void logged.push(message, error);
  const { tellPrecheck } = openTelling(settings, { env: {}, now, host: "bk1" });
  const reads = openReads(now);
  const outlet: Api["outlet"] = { close: async () => [] };
  const scene: Scene = {
    backurne,
    settings,
    now,
    tokens,
    sessions: openSessions(tokens, now),
    audit: async (line) => void audited.push(line),
    reads,
    ceilings: openCeilings(),
    runs: openRuns({
      backurne,
      stateDir,
      now,
      openOutlet: () => ({
        ...writeRunFile({ stateDir, warn: log }),
        settle: async () => [],
        close: () => outlet.close(),
      }),
      changed: reads.forget,
      log,
    }),
    precheck: async () =>
      (await runToldPrecheck({ look: () => backurne.precheck(), tell: tellPrecheck, lost: log })).found,
    verifications: openVerifications(backurne, now),
    log,
    ...others,
  };
  const make = async (scope: Scope) => (await tokens.create({ name: `of ${scope}`, scopes: [scope] })).text;
  const made = {
    read: await make("read"),
    explore: await make("explore"),
    map: await make("map"),
    backup: await make("backup"),
    admin: await make("admin"),
  };
  const app = buildApp(scene);
  return {
    world,
    scene,
    mounted,
    audited,
    logged,
    outlet,
    tokens: made,
    routes: [...new Set(app.routes.flatMap(({ method, path }) => (method === "ALL" ? [] : [`${method} ${path}`])))],
    ask: async (path, { method, body, as = "admin", headers = {}, signal, form } = {}) =>
      app.request(`http://${HOST}${path}`, {
        method: method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          host: HOST,
          ...(as !== null && { authorization: `Bearer ${made[as]}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(form !== undefined && { body: form }),
        ...(signal && { signal }),
      }),
  };
}
