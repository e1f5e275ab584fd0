import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import { BackurneError, describeError, type ApiSettings, type Settings } from "@backurne/model";
import { runToldPrecheck } from "@backurne/reports";
import { listenOnSocket } from "@backurne/sockets";
import type { Outlet, Untold } from "@backurne/reports/outlets";
import type { Backurne } from "backurne";
import { buildApp, DEFAULT_API } from "./app.ts";
import { openAudit } from "./audit.ts";
import { openCeilings } from "./gate.ts";
import { answerProblem, problemOf } from "./problem.ts";
import { openReads } from "./reads.ts";
import { openRuns } from "./runs/runs.ts";
import { openSessions } from "./sessions.ts";
import { openTokens } from "./tokens.ts";
import { openVerifications } from "./verifications.ts";

export interface ServeOptions {
  readonly backurne: Backurne;
  readonly settings: Settings;
  readonly now: () => number;
  /** Where each run is kept and told of. */
  readonly openOutlet: () => Outlet;
  /** After a precheck without a run, `failure`: what went wrong with it. Who could not be told. */
  readonly tellPrecheck: (failure?: unknown) => Promise<readonly Untold[]>;
  readonly log: (message: string, error?: unknown) => void;
  /** Where it listens, once it does. */
  readonly onListening: (place: string) => void;
  /** Ends it: runs are stopped, and close their transfers first. */
  readonly stop: AbortSignal;
}

/** ms that those who still listen have, once all has been said. */
const FAREWELL = 2_000;

/**
 * Answers until `stop`.
 * @throws BackurneError `configuration`: it cannot listen there.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { backurne, settings, now, log, stop, openOutlet, tellPrecheck } = options;
  const { stateDir, api = DEFAULT_API } = settings;
  const [tokens, reads] = [openTokens(stateDir, now), openReads(now)];
  const scene = {
    backurne,
    settings,
    now,
    log,
    tokens,
    sessions: openSessions(tokens, now),
    audit: openAudit(stateDir),
    reads,
    ceilings: openCeilings(),
    runs: openRuns({ backurne, stateDir, now, openOutlet, changed: reads.forget, log }),
    precheck: async () =>
      (await runToldPrecheck({ look: () => backurne.precheck(), tell: tellPrecheck, lost: log })).found,
    verifications: openVerifications(backurne, now),
  };
  const app = buildApp(scene);
  const underWay = new Set<Promise<unknown>>();
  const server = createAdaptorServer({
    fetch(request, env) {
      // A connection that was let in before goes on asking.
      if (stop.aborted) return answerProblem(problemOf(new BackurneError("interrupted", "the server stops")));
      const answer = Promise.resolve(app.fetch(request, env));
      underWay.add(answer);
      void answer.catch(() => undefined).then(() => underWay.delete(answer));
      return answer;
    },
  });
  const place = await listen(server, api);
  options.onListening(place);
  if (!stop.aborted) await once(stop, "abort");
  const because = String(stop.reason ?? "the server stops");
  const closed = new Promise((resolve) => server.close(resolve)); // nobody new is let in from here on
  await Promise.all([scene.runs.close(because), scene.verifications.close(because)]);
  const rest = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), FAREWELL);
  await closed;
  clearTimeout(rest);
  // Whoever was cut off in the middle of a change puts it right first.
  await Promise.allSettled(underWay);
}

type Server = ReturnType<typeof createAdaptorServer>;

async function listen(server: Server, { listen: where }: ApiSettings): Promise<string> {
  try {
    if ("socket" in where) {
      await listenOnSocket(server, where.socket);
      return `unix:${where.socket}`;
    }
    const { host, port } = where;
    await once(server.listen(port, host.replaceAll(/[[\]]/g, "")), "listening");
    return `http://${host}:${port}`;
  } catch (cause) {
    throw new BackurneError("configuration", `cannot listen: ${describeError(cause)}`, {
      cause,
      hint: "api.listen says where; another `backurne serve` may be there already",
    });
  }
}
