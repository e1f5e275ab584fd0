import type { ImageListing, ImageUsage } from "@backurne/model";
import { openRunFiles } from "@backurne/reports";
import { renderMetrics } from "@backurne/reports/metrics";
import { loadPrecheck } from "backurne/check";
import type { Scene } from "./scene.ts";

/** ms: a scrape comes every few seconds, and a look at all clusters costs listings. */
const LISTED = 5 * 60_000;
const WEIGHED = 3_600_000;

/** Answers a scrape from what is known, and looks again when that is old. */
export function openMetrics({ backurne, settings, now, runs, log }: Scene): () => Promise<string> {
  const files = openRunFiles(settings.stateDir);
  const failed = (error: unknown): void => log("metrics: cannot look", error);
  const list = keepFor<readonly ImageListing[]>(LISTED, { look: () => backurne.list(), now, failed });
  const weigh = keepFor<readonly ImageUsage[]>(WEIGHED, { look: () => backurne.stats(), now, failed });
  return async () => {
    const precheck = loadPrecheck({ env: {}, stateDir: settings.stateDir }).catch(() => undefined);
    const [images, usage, recorded] = await Promise.all([list(), weigh(), files.list()]);
    return renderMetrics({
      now: now(),
      images,
      usage,
      runs: recorded.filter(({ summary }) => !runs.isGoing(summary.run)),
      progress: runs.progress(),
      precheck: await precheck,
    });
  };
}

interface Looking<T> {
  readonly look: () => Promise<T>;
  readonly now: () => number;
  readonly failed: (error: unknown) => void;
}

function keepFor<T>(age: number, { look, now, failed }: Looking<T>): () => Promise<T | undefined> {
  let kept: Promise<T | undefined> | undefined;
  let since = -Infinity;
  return () => {
    if (kept && now() - since < age) return kept;
    since = now();
    kept = look().catch((error: unknown) => void failed(error));
    return kept;
  };
}
