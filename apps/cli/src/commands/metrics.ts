import { openRunFiles, replaceFile } from "@backurne/reports";
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
        "format of Prometheus. `backurne serve` answers the same at /metrics. What cannot be looked at is left out; it ends with that error\n" +
        "once the rest is written.",
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
      // What cannot be looked at keeps nobody from the rest: an alert on it needs a file that is there and new.
      const failures: unknown[] = [];
      const seen = <T>(look: Promise<T>): Promise<T | undefined> =>
        look.catch((error: unknown) => void failures.push(error));
      const [images, usage, space, { runs, trouble }, precheck] = await Promise.all([
        seen(backurne.list()),
        seen(backurne.stats()),
        backurne.space().catch(() => undefined),
        openRunFiles(stateDir).look(),
        loadPrecheck({ env: {}, stateDir }).catch(() => undefined),
      ]);
      const text = await renderMetrics({
        now: world.now(),
        images,
        usage,
        space,
        runs,
        unread: trouble !== undefined,
        progress: [],
        precheck,
      });
      if (args.textfile === undefined) world.stdout.write(text);
      // node_exporter takes what ends in .prom, and must never see half of it.
      else await replaceFile(args.textfile, text, 0o644);
      const [failure = trouble] = failures;
      if (failure !== undefined) throw failure;
      return 0;
    }),
};
