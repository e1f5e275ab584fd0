import { openRunFiles } from "@backurne/reports";
import { renderMetrics } from "@backurne/reports/metrics";
import { loadPrecheck } from "backurne/check";
import type { Known } from "./known.ts";
import type { Scene } from "./scene.ts";

/** Answers a scrape from what is known. */
export function openMetrics({ settings, now, runs }: Scene, known: Known): () => Promise<string> {
  const files = openRunFiles(settings.stateDir);
  return async () => {
    const precheck = loadPrecheck({ env: {}, stateDir: settings.stateDir }).catch(() => undefined);
    const [images, usage, space, { runs: recorded, trouble }] = await Promise.all([
      known.images(),
      known.usage(),
      known.space(),
      files.look(),
    ]);
    return renderMetrics({
      now: now(),
      images,
      usage,
      space,
      runs: recorded.filter(({ summary }) => !runs.isGoing(summary.run)),
      unread: trouble !== undefined,
      progress: runs.progress(),
      precheck: await precheck,
    });
  };
}
