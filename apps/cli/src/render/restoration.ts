import type { ImagePlace, ImageShape, Restoration } from "@backurne/model";
import { printable } from "@backurne/model";
import { formatBytes, formatClock, formatRate } from "@backurne/reports";
import { paint } from "./look.ts";
import type { Look } from "./look.ts";
import { nameSnapshot } from "./names.ts";

/** What was restored, or would be; the guest as it was; what to type next. */
export function renderRestoration(done: Restoration, look: Look): readonly string[] {
  const { outcome, reference, snapshot, to, warnings, shape, next } = done;
  const head = `${outcome === "planned" ? "would restore" : "restored"} ${reference} ${nameSnapshot(snapshot, look)}`;
  return [
    paint(printable(`${head} to ${placeOf(to)}`), outcome === "planned" ? undefined : "green", look),
    `  ${amountsOf(done)}`,
    ...(shape ? [`  ${printable(describeShape(shape))}`] : []),
    ...(outcome === "planned" ? warnings.map((text) => paint(printable(`  WARN ${text}`), "yellow", look)) : []),
    ...describeGuest(done).map(printable),
    ...(outcome === "planned" ? ["nothing was written"] : ["next:", ...next.map((line) => `  ${printable(line)}`)]),
  ];
}

function placeOf({ cluster, pool, namespace, image }: ImagePlace): string {
  return [cluster, pool, namespace, image].filter(Boolean).join("/");
}

function amountsOf({ outcome, size, bytes, milliseconds = 0, digest }: Restoration): string {
  const moved = bytes === undefined ? "" : `${formatBytes(bytes)} of `;
  if (outcome === "planned") return `${moved}${formatBytes(size)} to send`;
  const speed = bytes !== undefined && milliseconds > 0 ? `, ${formatRate((bytes / milliseconds) * 1000)}` : "";
  const proved = digest === undefined ? "" : `; both sides hash to ${printable(digest)}`;
  return `${moved}${formatBytes(size)} in ${formatClock(milliseconds)}${speed}${proved}`;
}

function describeShape({ objectSize, features, stripeUnit, stripeCount, dataPool }: ImageShape): string {
  const parts = [
    `objects of ${formatBytes(objectSize)}`,
    features.join(","),
    ...(stripeUnit === undefined ? [] : [`stripes of ${formatBytes(stripeUnit)} over ${stripeCount}`]),
    ...(dataPool === undefined ? [] : [`data in ${dataPool}`]),
  ];
  return parts.filter(Boolean).join("; ");
}

function describeGuest({ guest, line }: Restoration): readonly string[] {
  if (!guest) return [];
  const { kind, vmid, name, config } = guest;
  const head = `the guest at that time: ${name}, ${kind === "lxc" ? "container" : "VM"} ${vmid}`;
  const lines = Object.entries(config).map(([key, value]) => `${key}: ${value}`);
  return [head, ...lines.map((one) => `  ${one === line ? "> " : "  "}${one}`)];
}
