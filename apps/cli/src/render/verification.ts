import { printable, type ImageVerification, type VerificationOutcome, type VerificationReport } from "@backurne/model";
import { formatBytes, formatClock, formatPart, formatRate, formatShortBytes } from "@backurne/reports";
import { paint, type Colour, type Look } from "./look.ts";
import { nameSnapshot } from "./names.ts";
import { renderTable } from "./table.ts";
import { padTo, shortenEnd, shortenMiddle } from "./width.ts";

const COLOUR_OF: Readonly<Record<VerificationOutcome, Colour>> = {
  same: "green",
  different: "red",
  "not shared": "dim",
  "not verifiable": "yellow",
  held: "dim",
  failed: "red",
  interrupted: "yellow",
};

/** `verify` and `check-snap`: one line per image, then what it comes to. */
export function renderVerification(report: VerificationReport, look: Look): readonly string[] {
  const { images, failures, exit } = report;
  const columns = [
    { title: "IMAGE", give: "middle" },
    { title: "SNAPSHOT", give: "middle" },
    { title: "COMPARED", align: "right" },
    { title: "FOUND" },
    { title: "WHY", give: "wrap" },
  ] as const;
  const rows = images.map((image) => [
    look.uuid ? image.image : image.reference,
    image.snapshot === undefined ? "-" : nameSnapshot(image.snapshot, look),
    image.how === undefined ? "-" : `${image.how} ${formatShortBytes(image.bytes)}`,
    { text: image.outcome, colour: COLOUR_OF[image.outcome] },
    image.because ?? "",
  ]);
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  const seconds = (Date.parse(report.ended) - Date.parse(report.started)) / 1000;
  const speed = bytes > 0 && seconds > 0 ? `, ${formatRate(bytes / seconds)}` : "";
  const end = exit === 0 ? "" : `  exit ${exit}`;
  const summary = `${countOutcomes(images)}  ${formatBytes(bytes)} compared in ${formatClock(seconds * 1000)}${speed}${end}`;
  return [
    ...(rows.length > 0 ? renderTable(columns, rows, look) : ["nothing to compare"]),
    ...failures.map(({ about, message }) => paint(printable(`FAIL ${about}  ${message}`), "red", look)),
    paint(summary, exit === 0 ? "green" : "yellow", look),
  ];
}

function countOutcomes(images: readonly ImageVerification[]): string {
  const counts = Map.groupBy(images, ({ outcome }) => outcome);
  return [...counts].map(([outcome, { length }]) => `${length} ${outcome}`).join("  ") || "0 images";
}

export interface Verifying {
  readonly total: number;
  readonly ended: number;
  readonly different: number;
  readonly running: ReadonlyMap<
    string,
    {
      readonly image: string;
      readonly reference: string;
      readonly bytes: number;
      readonly expected?: number | undefined;
    }
  >;
}

/** The part of the screen that is drawn again and again. */
export function renderVerifying(
  { total, ended, different, running }: Verifying,
  { rows, look }: { readonly rows: number; readonly look: Look },
): readonly string[] {
  const wrong = different > 0 ? `  ${different} DIFFERENT` : "";
  const shown = [...running.values()].slice(0, Math.max(0, rows - 3));
  return [
    `${ended}/${total} compared${wrong}`,
    ...shown.map(({ image, reference, bytes, expected }) => {
      const name = printable(look.uuid ? image : reference);
      const amount = expected ? formatPart(bytes, expected) : formatBytes(bytes);
      return ` ${padTo(shortenMiddle(name, 40), 40)} ${padTo(amount, 20, "right")}`;
    }),
  ].map((line) => shortenEnd(line, look.width - 1));
}
