import {
  printable,
  type ImageCounts,
  type ProfileCounts,
  type RecountOutcome,
  type RetentionReport,
} from "@backurne/model";
import { formatSpan } from "@backurne/reports";
import { nameImage } from "./names.ts";
import { paint, type Colour, type Look } from "./look.ts";
import { renderTable, type Cell } from "./table.ts";

const COLOUR_OF: Readonly<Record<RecountOutcome, Colour | undefined>> = {
  applied: "green",
  "to apply": "yellow",
  unchanged: "dim",
  "left alone": "dim",
  held: "dim",
  failed: "red",
};

/** What changes, profile by profile; of what does not, how much and why. `named`: somebody asked for that one image. */
export function renderRetention(
  report: RetentionReport,
  { look, named }: { readonly look: Look; readonly named: boolean },
): readonly string[] {
  const { images, warnings, failures } = report;
  const shown = images.filter(({ outcome }) => named || !["unchanged", "left alone"].includes(outcome));
  const columns = [
    { title: "IMAGE", give: "middle" },
    { title: "PROFILE" },
    { title: "POINTS", align: "right" },
    { title: "COUNT", align: "right" },
    { title: "THEN", align: "right" },
    { title: "EXPIRE", align: "right" },
    { title: "WHAT", give: "wrap" },
  ] as const;
  const rows = shown.flatMap((image) => rowsOf(image, look));
  const changes = images.some(({ outcome }) => outcome === "applied" || outcome === "to apply");
  return [
    ...(rows.length > 0 ? renderTable(columns, rows, look) : []),
    ...(changes ? [] : ["nothing changes"]),
    ...(named ? [] : describeRest(images).map(printable)),
    ...warnings.map(({ about, message }) => paint(printable(`WARN ${about}  ${message}`), "yellow", look)),
    ...failures.map(({ about, message }) => paint(printable(`FAIL ${about}  ${message}`), "red", look)),
    ...describeNext(report, look),
  ];
}

function rowsOf({ reference, image, outcome, because, profiles }: ImageCounts, look: Look): readonly Cell[][] {
  const name = nameImage({ uuid: image, reference }, look);
  if (profiles.length === 0) return [[name, "-", "-", "-", "-", "-", describe(outcome, because)]];
  return profiles.map(({ profile, points, now, after, because: why, intervals, expires }) => {
    const counts = [String(points), now.join(","), after === undefined ? "-" : String(after), String(expires)];
    const same = intervals === undefined && now.every((one) => one === after);
    const said = describeIntervals({ intervals }, because);
    const what = after === undefined ? describe("left alone", why) : describe(same ? "unchanged" : outcome, said);
    return [name, profile, ...counts, what];
  });
}

/** `every 6 h, then 1 h` before what there is to say, where that changes. */
function describeIntervals(
  { intervals }: Pick<ProfileCounts, "intervals">,
  because: string | undefined,
): string | undefined {
  if (!intervals) return because;
  const every = `every ${intervals.now.map(formatSpan).join(" and ")}, then ${formatSpan(intervals.after)}`;
  return because === undefined ? every : `${every}; ${because}`;
}

function describe(outcome: RecountOutcome, because: string | undefined): Cell {
  return { text: because === undefined ? outcome : `${outcome}: ${because}`, colour: COLOUR_OF[outcome] };
}

/** What is not listed, counted by its reason. */
function describeRest(images: readonly ImageCounts[]): readonly string[] {
  const same = images.filter(({ outcome }) => outcome === "unchanged").length;
  const alone = Map.groupBy(
    images.filter(({ outcome }) => outcome === "left alone"),
    ({ because = "" }) => because,
  );
  const profiles = Map.groupBy(
    images.flatMap((image) => image.profiles.filter(({ after }) => after === undefined)),
    ({ profile, because = "" }) => `${profile} ${because}`,
  );
  return [
    ...(same > 0 ? [`unchanged   ${countOf(same)}`] : []),
    ...[...alone].map(([because, some]) => `left alone  ${countOf(some.length)}: ${because}`),
    ...[...profiles].map(([because, some]) => `left alone  ${countOf(some.length)}: ${because}`),
  ];
}

function describeNext({ images, refused }: RetentionReport, look: Look): readonly string[] {
  const pending = images.some(({ outcome }) => outcome === "to apply");
  if (refused) {
    const lines = [
      ...refused.because.map((because) => `REFUSED by the next backup${pending ? ", once applied" : ""}: ${because}`),
      `${refused.removals} removals as things stand; this lets exactly that many go:`,
      `backurne backup --accept-removals ${refused.removals}`,
    ];
    return lines.map((line) => paint(printable(line), "red", look));
  }
  const expires = images
    .filter(({ outcome }) => outcome === "applied" || outcome === "to apply")
    .flatMap(({ profiles }) => profiles.map((one) => one.expires))
    .reduce((sum, one) => sum + one, 0);
  if (expires === 0) return [];
  return [`the next backup lets ${expires === 1 ? "1 point" : `${expires} points`} go by it`];
}

function countOf(images: number): string {
  return images === 1 ? "1 image" : `${images} images`;
}
