import { BackurneError } from "@backurne/model";
import type { VerifyOptions } from "backurne";
import type { Argv } from "yargs";
import type { GlobalArgs } from "./help.ts";
import { refuseRepeated } from "./usage.ts";

export interface VerifyArgs extends GlobalArgs {
  readonly image?: string | undefined;
  readonly cluster?: string | undefined;
  readonly sample?: Share | undefined;
  readonly full?: boolean | undefined;
  readonly uuid?: boolean | undefined;
}

interface Share {
  readonly count: number;
  readonly of: number;
}

/** What `verify` and `check-snap` take alike. */
export function addWhich(parser: Argv): Argv {
  return parser
    .positional("image", {
      type: "string",
      describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
    })
    .option("cluster", {
      type: "string",
      requiresArg: true,
      coerce: refuseRepeated("cluster"),
      describe: "only this live cluster",
    })
    .option("uuid", { type: "boolean", describe: "show the names of rbd images" });
}

export function addSample(parser: Argv): Argv {
  return parser
    .option("sample", {
      type: "string",
      requiresArg: true,
      coerce: readShare,
      describe: "N/M: the next N of M shares of each image; goes on where the last one stopped",
    })
    .option("full", { type: "boolean", describe: "all of each image; the default when one is named" });
}

/** Reading everything there is takes days: nobody begins with that by leaving a word out. */
export function mannerOf({ image, sample, full }: VerifyArgs): VerifyOptions["manner"] {
  if (sample && full) throw new BackurneError("usage", "--sample and --full exclude each other");
  if (sample) return sample;
  if (full || image !== undefined) return "full";
  throw new BackurneError("usage", "name an image, or say how much of all images: --sample or --full", {
    hint: "`backurne verify --sample 1/30` every night has compared everything after a month",
  });
}

function readShare(value: unknown): Share | undefined {
  if (value === undefined) return undefined;
  const [, count, of] = (typeof value === "string" && /^(\d{1,6})\/(\d{1,6})$/.exec(value)) || [];
  const share = { count: Number(count), of: Number(of) };
  if (share.count >= 1 && share.count <= share.of) return share;
  throw new BackurneError("usage", `--sample takes a share like 1/30, not ${JSON.stringify(value)}`);
}
