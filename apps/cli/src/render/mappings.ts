import type { MappedDevice, Mapping, Unmapped } from "@backurne/model";
import { printable } from "@backurne/model";
import { formatShortBytes } from "@backurne/reports";
import { paint, type Colour, type Look } from "./look.ts";
import { formatMinute } from "./names.ts";
import { renderTable, type Cell } from "./table.ts";
import { padTo, widthOf } from "./width.ts";

export function renderMappings(mappings: readonly Mapping[], look: Look): readonly string[] {
  if (mappings.length === 0) return ["nothing is mapped on this host"];
  return mappings.flatMap((mapping) => [...renderHead(mapping, look), ...renderDevices(mapping.devices)]);
}

/** What `map` has made: the devices, and what to type when they have served. */
export function renderMapped(mapping: Mapping, look: Look): readonly string[] {
  const until = mapping.expires === undefined ? "" : `   or it goes after ${formatMinute(mapping.expires, look)}`;
  return [...renderMappings([mapping], look), `backurne unmap ${mapping.id}${until}`];
}

export function renderUnmapped({ mappings }: Unmapped, look: Look): readonly string[] {
  return mappings.flatMap(({ id, backups }) =>
    backups.map(({ reference, creation }) =>
      printable(`unmapped  ${id}  ${reference} @ ${formatMinute(creation, look)}`),
    ),
  );
}

const STATES: Readonly<Record<Mapping["state"], Cell>> = {
  ok: { text: "ok", colour: "green" },
  opening: { text: "is being mapped or unmapped", colour: "yellow" },
  interrupted: { text: "INTERRUPTED: unmap it", colour: "red" },
  differs: { text: "DIFFERS", colour: "red" },
  unreadable: { text: "UNREADABLE", colour: "red" },
};

function renderHead({ id, backups, by, since, expires, state, differences }: Mapping, look: Look): readonly string[] {
  const columns = ["ID", "BACKUP", "BY", "SINCE", "EXPIRES", "STATE"].map((title) => ({
    title,
    ...(title === "BACKUP" && { give: "middle" as const }),
  }));
  const time = (moment: string | undefined): string => (moment === undefined ? "-" : formatMinute(moment, look));
  const names = backups.map(({ reference, image, creation }) => `${look.uuid ? image : reference} @ ${time(creation)}`);
  const [first = "-", ...others] = names;
  const rows: readonly (readonly Cell[])[] = [
    [id, first, by ?? "-", time(since), time(expires), STATES[state]],
    ...others.map((name) => ["", name, "", "", "", ""]),
  ];
  const bad: Colour = "red";
  return [
    ...renderTable(columns, rows, look),
    ...backups.flatMap(({ reference, doubts = [] }) =>
      doubts.map((doubt) => paint(printable(`WARN ${reference}: ${doubt}`), "yellow", look)),
    ),
    ...differences.map((line) => paint(`    ${printable(line)}`, bad, look)),
  ];
}

/** As lsblk draws it: what stands on several devices is shown on each. Never shortened: it is there to be typed. */
function renderDevices(devices: readonly MappedDevice[]): readonly string[] {
  const rows = devices
    .filter(({ on }) => on.length === 0)
    .flatMap((root) => branch(root, devices, { own: "", below: "" }));
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ""))));
  return rows.map((row) => {
    const cells = row.map((text, column) => padTo(text, widths[column] ?? 0, column === 2 ? "right" : "left"));
    return `    ${cells.join("  ")}`.trimEnd();
  });
}

interface Indent {
  readonly own: string;
  readonly below: string;
}

function branch(
  { device, type, label, size, mountpoint, why }: MappedDevice,
  devices: readonly MappedDevice[],
  { own, below }: Indent,
): readonly (readonly string[])[] {
  const what = `${type ?? "-"}${label === undefined ? "" : ` "${label}"`}`;
  const where = mountpoint ?? (why === undefined ? "" : `(${why})`);
  const children = devices.filter(({ on }) => on.includes(device));
  return [
    [`${own}${printable(device)}`, printable(what), formatShortBytes(size), printable(where)],
    ...children.flatMap((child, index) => {
      const last = index === children.length - 1;
      return branch(child, devices, {
        own: `${below}${last ? "`-- " : "|-- "}`,
        below: `${below}${last ? "    " : "|   "}`,
      });
    }),
  ];
}
