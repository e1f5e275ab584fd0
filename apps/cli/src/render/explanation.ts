import type { Alarm, ExplainedSnapshot, Explanation } from "@backurne/model";
import { printable } from "@backurne/model";
import { formatRatio, formatShortBytes } from "@backurne/reports";
import { paint } from "./look.ts";
import type { Colour, Look } from "./look.ts";
import { nameHold } from "./holds.ts";
import { formatDay, formatMinute } from "./names.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";

/** `explain`: the policy of one image, when it is due next, and the verdict on each snapshot, both sides. */
export function renderExplanation(explained: Explanation, look: Look): readonly string[] {
  const { policy, next, refused, suspect, lastCopyUntil } = explained;
  const policies = policy.map(
    ({ profile, count, maxOnLive }) => `${profile} ${count}${maxOnLive > 0 ? ` (max_on_live ${maxOnLive})` : ""}`,
  );
  const head = [
    ["image", `${explained.reference}   ${explained.image}`],
    ["state", explained.state],
    ...(explained.hold ? [["hold", `the whole image ${nameHold(explained.hold, look)}`.trim()]] : []),
    ...(explained.alarm ? [["alarm", describeAlarm(explained.alarm, look)]] : []),
    ...(explained.changed ? [["changed", describeChanged(explained.changed)]] : []),
    ["policy", `${policies.join(", ") || "none"}   from ${explained.from}`],
    ...next.map(({ profile, at, because }) => ["next", `${profile} ${formatMinute(at, look)}   ${because}`]),
  ];
  return [
    ...head.map(([title, text]) => printable(`${title?.padEnd(8)}${text}`)),
    "",
    ...renderVerdicts(explained.snapshots, look),
    ...(suspect === undefined
      ? []
      : [paint(printable(`SUSPECT ${suspect}; the next run starts a new generation`), "red", look)]),
    ...refused.map((reason) => paint(printable(`REFUSED ${reason}`), "red", look)),
    ...(lastCopyUntil === undefined
      ? []
      : ["", `if the source vanished today: last copy kept until ${formatDay(lastCopyUntil, look)}`]),
  ];
}

function describeAlarm({ at, bytes, usual }: Alarm, look: Look): string {
  const [changed, most] = [bytes, usual].map(formatShortBytes);
  return `${formatMinute(at, look)}: ${changed} changed, usually up to ${most}; held until release`;
}

function describeChanged({ runs, last, usual, packed }: NonNullable<Explanation["changed"]>): string {
  const most = usual === undefined ? "" : `, usually up to ${formatShortBytes(usual)}`;
  const ratio = packed === undefined ? "" : `; packed ${formatRatio(packed.bytes, packed.wire)}`;
  return `${formatShortBytes(last)} by the last of ${runs} runs${most}${ratio}`;
}

function renderVerdicts(snapshots: readonly ExplainedSnapshot[], look: Look): readonly string[] {
  if (snapshots.length === 0) return ["no snapshots on either side"];
  const columns = [
    { title: "SIDE" },
    { title: "SNAPSHOT", give: "middle" },
    { title: "VERDICT" },
    { title: "WHY", give: "wrap" },
  ] as const;
  return renderTable(
    columns,
    snapshots.map((snapshot) => verdictRow(snapshot, look)),
    look,
  );
}

const COLOUR_OF: Readonly<Record<ExplainedSnapshot["verdict"], Colour>> = {
  keep: "green",
  remove: "yellow",
  ignore: "dim",
};

function verdictRow(explained: ExplainedSnapshot, look: Look): readonly Cell[] {
  const { side, name, time, profile, verdict } = explained;
  const known = !look.uuid && time !== undefined && profile !== undefined;
  return [
    side,
    known ? `${profile} ${formatMinute(time, look)}` : name,
    { text: verdict, colour: COLOUR_OF[verdict] },
    describeReasons(explained, look),
  ];
}

/** Why it stays or goes now, and when it will; where nobody can say that, why not. */
function describeReasons({ because, expires, expiresBecause }: ExplainedSnapshot, look: Look): string {
  if (expires !== undefined) return `${because}; expires ${formatDay(expires, look)}`;
  return expiresBecause === undefined || because.includes(expiresBecause) ? because : `${because}; ${expiresBecause}`;
}
