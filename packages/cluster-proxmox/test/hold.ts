import type { ProxmoxApi } from "@backurne/model";
import { afterEach, onTestFinished, vi } from "vitest";
import { openProxmoxCluster } from "../src/index.ts";
import type { Times } from "../src/times.ts";
import { found, guarded } from "./found.ts";
import { settings } from "./guests.ts";
import { until, watchdogsOf } from "./processes.ts";
import { QUICK, serve, type TestServer } from "./server.ts";
import { createVm, holding, nameCall, type Odds, type Vm } from "./vm.ts";

vi.setConfig({ testTimeout: 30_000 }); // real processes, perhaps on a busy machine

// Whoever leaves one on purpose waits for its end.
afterEach(() => {
  const left = watchdogsOf(process.pid);
  for (const pid of left) process.kill(pid, "SIGKILL");
  if (left.length > 0) throw new Error(`${left.length} watchdogs were still there`);
});

export interface Scene {
  readonly vm?: Partial<Vm> | undefined;
  readonly odds?: Odds | undefined;
  readonly times?: Partial<Times> | undefined;
  readonly login?: ProxmoxApi["login"] | undefined;
  /** Happens before the watchdog is started. */
  readonly whenGuarded?: ((server: TestServer) => void | Promise<void>) | undefined;
}

/** A VM behind a real server, the cluster that holds it still, and a count of the watchdogs that were started. */
export async function open({ vm: changes, odds = {}, times = {}, login, whenGuarded }: Scene = {}) {
  const vm = createVm(changes);
  const server = await serve(holding(vm, odds));
  onTestFinished(() => server.close());
  const all = { ...QUICK, guardPause: 5, thawing: 5_000, ...times };
  const access = guarded(all);
  const seen = { watchdogs: 0 };
  const api = server.api(login && { login });
  const cluster = openProxmoxCluster(settings({ api }), {
    ...access,
    async guard(command, order) {
      seen.watchdogs++;
      await whenGuarded?.(server);
      return access.guard(command, order);
    },
  });
  onTestFinished(() => cluster.close());
  return {
    vm,
    server,
    cluster,
    odds,
    times: all,
    seen,
    calls: () => callsOf(server),
    /** @throws when it is not frozen. */
    async freeze() {
      const frozen = await cluster.freeze(found());
      if (!frozen.frozen) throw new Error(`it is not frozen: ${frozen.because}`);
      return frozen;
    },
  };
}

/** In their order: `freeze` on pve1, or `freeze pve2`. */
export function callsOf({ seen }: Pick<TestServer, "seen">): readonly string[] {
  return seen.map((request) => {
    const { call, node = "pve1" } = nameCall(request);
    return node === "pve1" ? call : `${call} ${node}`;
  });
}

export async function watchdogsEnd(parent = process.pid): Promise<void> {
  await until(() => watchdogsOf(parent).length === 0);
}
