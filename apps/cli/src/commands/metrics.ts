import { randomUUID } from "node:crypto";
import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { openRunFiles } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface MetricsArgs extends GlobalArgs {
  readonly textfile?: string | undefined;
}

export const metrics: Command = {
  name: "metrics",
  summary: "what Prometheus wants to know, for hosts that only run cron",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne metrics [--textfile FILE]\n\nPrints metrics of the backups, of the last runs of this host, and of what precheck stored, in the text\n" +
        "format of Prometheus. `backurne serve` answers the same at /metrics.",
      examples: [
        ["backurne metrics --textfile /var/lib/prometheus/node-exporter/backurne.prom", "behind the backup, in cron"],
        ["backurne metrics | grep late", "to look at"],
      ],
    }).option("textfile", {
      type: "string",
      requiresArg: true,
      describe: "for node_exporter: write it there, whole or not at all, for everybody to read",
    }),
  run: (args: MetricsArgs, world) =>
    withBackurne({ args, world, sweep: false }, async ({ backurne, settings }) => {
      const [{ renderMetrics }, { loadPrecheck }] = await Promise.all([
        import("@backurne/reports/metrics"),
        import("backurne/check"),
      ]);
      const { stateDir } = settings;
      const [images, usage, runs, precheck] = await Promise.all([
        backurne.list(),
        backurne.stats(),
        openRunFiles(stateDir).list(),
        loadPrecheck({ env: {}, stateDir }).catch(() => undefined),
      ]);
      const text = await renderMetrics({ now: world.now(), images, usage, runs, progress: [], precheck });
      if (args.textfile === undefined) world.stdout.write(text);
      else await replace(args.textfile, text);
      return 0;
    }),
};

/** node_exporter takes what ends in .prom, and must never see half of it. */
async function replace(file: string, text: string): Promise<void> {
  const part = `${file}.${randomUUID()}`;
  try {
    await writeFile(part, text, { flag: "wx" });
    await chmod(part, 0o644); // whatever the umask says
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
