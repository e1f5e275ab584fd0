import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import {
  formatClosedName,
  formatImageName,
  formatKey,
  needsEncoding,
  parseImageName,
  shortName,
  type BackupImage,
  type ImageName,
} from "../src/index.ts";

vi.setConfig({ testTimeout: 60_000 }); // properties on a busy machine

const uuid = "8eb4f698-afdc-45bb-9f6c-1833c42ae368";

function current(ident: string, disk: string, comment: string): BackupImage {
  return { kind: "current", ident, disk, comment };
}

describe("a name in the backup pool", () => {
  const closed = { kind: "closed", closedAt: "20261123T043738.123Z", imageId: "10102ab", comment: "None" } as const;
  const rows: readonly [string, BackupImage, boolean?][] = [
    ["alpha;disk1;None", current("alpha", "disk1", "None")],
    [`${uuid};scsi0;web01`, current(uuid, "scsi0", "web01")],
    // Only marked names are decoded: the old tool's `a%20b` is an image of that very name.
    ["alpha;a%20b;None", current("alpha", "a%20b", "None")],
    ["alpha;a%20b;None", current("alpha", "a b", "None"), true],
    ["alpha;%E2%82%AC%3B;c%25d", current("alpha", "€;", "c%d"), true],
    // Not something we wrote, whatever the mark says: shown as it is.
    ["alpha;100%;None", current("alpha", "100%", "None"), true],
    ["alpha;%ff;None", current("alpha", "%ff", "None"), true],
    // From both ends: the name of a source may itself contain `;`.
    ["alpha;a;b;;c;None", current("alpha", "a;b;;c", "None")],
    ["alpha;;None", current("alpha", "", "None")],
    ["alpha;disk;", current("alpha", "disk", "")],
    ["alpha;disk\n1;None", current("alpha", "disk\n1", "None")],
    ["closed-20261123T043738.123Z-10102ab;alpha;a;b;None", { ...closed, ident: "alpha", disk: "a;b" }],
    ["closed-20261123T043738.123Z-10102ab;alpha;a%3Bb;None", { ...closed, ident: "alpha", disk: "a;b" }, true],
    [
      "closed-20261123T043738Z-10102ab;alpha;d;None",
      { ...closed, closedAt: "20261123T043738Z", ident: "alpha", disk: "d" },
    ],
    [`partial-${uuid}`, { kind: "partial", uuid }],
    ["restore-1", { kind: "restore" }],
    ["restore-alpha;disk1;None", { kind: "restore" }],
    ["restored;disk1;None", current("restored", "disk1", "None")],
    ["partially;disk1;None", current("partially", "disk1", "None")],
    ["closedown;disk1;None", current("closedown", "disk1", "None")],
    // Begins like one of ours and is none: nobody's, before anything is split at `;`.
    ["closed-yesterday-1;alpha;disk1;None", { kind: "foreign" }],
    ["closed-20261123T043738.123Z-10102ab;alpha", { kind: "foreign" }],
    ["closed-20261123T043738.123Z-;alpha;d;None", { kind: "foreign" }],
    ["partial-1;disk1;None", { kind: "foreign" }],
    [`partial-${uuid};x;y`, { kind: "foreign" }],
    [`partial-${uuid.toUpperCase()}`, { kind: "foreign" }],
    // The old tool's parser took too much of smbios1 for the UUID, or the wrong thing.
    [`${uuid},manufacturer=QEMU;scsi0;web01`, current(uuid, "scsi0", "web01")],
    [`${uuid},sku=QQ==,version=1;scsi0;web01`, current(uuid, "scsi0", "web01")],
    [`${uuid},manufacturer=QEMU;scsi0;web01`, current(`${uuid},manufacturer=QEMU`, "scsi0", "web01"), true],
    [
      "1,manufacturer=UUVNVQ==;scsi0;web01",
      { ...closed, closedAt: "", imageId: "", ident: "1,manufacturer=UUVNVQ==", disk: "scsi0", comment: "web01" },
    ],
    ["10,x;scsi0;web01", current("10,x", "scsi0", "web01")],
    ["", { kind: "foreign" }],
    ["vm-100-disk-0", { kind: "foreign" }],
    ["alpha;disk1", { kind: "foreign" }],
    [";disk1;None", { kind: "foreign" }],
  ];
  test.each(rows)("%j is %j, marked %s", (name, image, encoded = false) => {
    expect(parseImageName(name, encoded)).toEqual(image);
  });
});

/** Whatever a guest may be called, line feeds and all; a lone surrogate is no character and no name on disk. */
const any = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."ab;;%%2-_ \n'\"$é€😀\0") }));
const plain = any.filter((text) => !text.includes(";"));

/** What the configuration refuses as an ident. */
const reserved = /^(restore-|partial-|closed-|1,|[0-9a-f-]{36},)/;
const ident = any.filter((text) => text !== "" && !reserved.test(text));
const plainIdent = plain.filter((text) => text !== "" && !reserved.test(text));

describe("round trips", () => {
  test("any strings, when the name is encoded and marked", () => {
    fc.assert(
      fc.property(ident, any, any, (...parts) => {
        const [one, disk, comment] = parts;
        const name: ImageName = { ident: one, disk, comment };
        const text = formatImageName(name);
        expect(text).toMatch(/^[A-Za-z0-9._:+%-]+;[A-Za-z0-9._:+%-]*;[A-Za-z0-9._:+%-]*$/);
        expect(parseImageName(text, true)).toEqual({ kind: "current", ...name });
        // Without the mark only what needed no encoding is the same.
        if (!needsEncoding(name)) expect(parseImageName(text)).toEqual({ kind: "current", ...name });
        else expect(parseImageName(text)).not.toEqual({ kind: "current", ...name });
      }),
      { numRuns: 1000 },
    );
  });

  test("any strings of the old tool, as long as ident and comment have no `;`", () => {
    fc.assert(
      fc.property(plainIdent, any, plain, (one, disk, comment) => {
        expect(parseImageName(`${one};${disk};${comment}`)).toEqual({ kind: "current", ident: one, disk, comment });
      }),
      { numRuns: 1000 },
    );
  });

  test("a closed generation: when, of which image, and all that its name said before", () => {
    const at = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    const imageId = fc.stringMatching(/^[0-9a-z]{1,16}$/);
    fc.assert(
      fc.property(ident, any, any, fc.tuple(at, imageId), (one, disk, comment, [time, id]) => {
        const name = { ident: one, disk, comment };
        const closed = parseImageName(formatClosedName(formatImageName(name), id, time), true);
        const closedAt = new Date(time).toISOString().replace(/[-:]/g, "");
        expect(closed).toEqual({ kind: "closed", closedAt, imageId: id, ...name });
      }),
    );
  });

  test("two keys are one text only if they are one key", () => {
    const key = fc.record({ ident: any, disk: any });
    fc.assert(
      fc.property(key, key, (a, b) => {
        const same = a.ident === b.ident && a.disk === b.disk;
        expect(formatKey(a) === formatKey(b)).toBe(same);
      }),
    );
  });
});

test("what the old tool would have written needs no mark", () => {
  expect(formatImageName({ ident: "alpha", disk: "vm-1.x:y+z", comment: "None" })).toBe("alpha;vm-1.x:y+z;None");
  expect(needsEncoding({ ident: "alpha", disk: "vm-1.x:y+z", comment: "None" })).toBe(false);
  for (const odd of ["a b", "a;b", "a%b", "ä", "a/b", "a@b", "\n"]) {
    expect(needsEncoding({ ident: "alpha", disk: odd, comment: "None" })).toBe(true);
  }
});

test("a disk is called by its guest, once where they are the same thing", () => {
  expect(shortName({ cluster: "px1", guest: "web01", disk: "scsi0" })).toBe("px1/web01/scsi0");
  expect(shortName({ cluster: "rook", guest: "csi-vol-1", disk: "csi-vol-1" })).toBe("rook/csi-vol-1");
});
