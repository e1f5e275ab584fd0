import type { VerifyOptions } from "backurne";
import { printDocument, printLines } from "./print.ts";
import type { Session } from "./commands/session.ts";
import { lookOf } from "./render/look.ts";
import { renderVerification } from "./render/verification.ts";
import { showVerification } from "./show-verification.ts";
import type { VerifyArgs } from "./verify-options.ts";
import type { World } from "./world.ts";

/** A verification, with its progress on a terminal; returns its exit code. */
export async function runVerify(
  args: VerifyArgs,
  manner: VerifyOptions["manner"],
  { backurne, settings, world }: Session & { readonly world: World },
): Promise<number> {
  const output = args.json ? world.stderr : world.stdout;
  const look = lookOf({ settings, world, output, uuid: args.uuid });
  const shown = showVerification(output, { world, look });
  try {
    const { image, cluster } = args;
    const report = await backurne.verify({ image, cluster, manner, signal: world.stop, onEvent: shown.event });
    shown.close();
    if (args.json) printDocument(report, world);
    else printLines(renderVerification(report, look), world);
    return report.exit;
  } finally {
    shown.close();
  }
}
