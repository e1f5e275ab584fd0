import fc from "fast-check";
import { expect, it } from "vitest";
import { smbiosUuid } from "../src/smbios.ts";
import { UUID } from "./guests.ts";

const encoded = (text: string): string => Buffer.from(text).toString("base64");

it.each<[unknown, string | undefined]>([
  [`uuid=${UUID}`, UUID],
  [`uuid=${UUID},manufacturer=QEMU,serial=a=b`, UUID],
  [`manufacturer=QEMU,uuid=${UUID}`, UUID],
  // As Proxmox's web interface writes it: every value but the UUID is encoded.
  [`uuid=${UUID},manufacturer=UUVNVQ==,sku=YSxi,base64=1`, UUID],
  [`base64=1,manufacturer=UUVNVQ==,uuid=${UUID}`, UUID],
  [`base64=1,uuid=${encoded(UUID)}`, UUID],
  [`base64=0,uuid=${encoded(UUID)}`, undefined],
  [`uuid=${encoded(UUID)}`, undefined],
  // A chain of the old tool has it in its name as it is written.
  [`uuid=${UUID.toUpperCase()}`, UUID.toUpperCase()],
  ["base64=1,manufacturer=UUVNVQ==", undefined],
  ["manufacturer=QEMU", undefined],
  [`serial=${UUID}`, undefined],
  [UUID, undefined],
  [`uuid=${UUID}0`, undefined],
  [`uuid=0${UUID}`, undefined],
  [`uuid=${UUID.slice(1)}`, undefined],
  [`uuid=${UUID.replace("8", "g")}`, undefined],
  [`uuid=${UUID.replaceAll("-", "")}`, undefined],
  ["uuid=1", undefined],
  ["uuid=00000000-0000-0000-0000-000000000000", undefined],
  [`uuid=${UUID},uuid=${UUID.replace("8", "9")}`, undefined],
  ["uuid=", undefined],
  ["", undefined],
  [undefined, undefined],
  [1, undefined],
  [{ uuid: UUID }, undefined],
])("%j has the UUID %s", (smbios1, uuid) => {
  expect(smbiosUuid(smbios1)).toBe(uuid);
});

it("finds the UUID wherever it stands among any other values, encoded or not", () => {
  const field = fc.constantFrom("manufacturer", "product", "version", "serial", "sku", "family");
  const value = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(fc.uuid(), fc.dictionary(field, value), fc.boolean(), fc.nat(), (uuid, fields, base64, at) => {
      const shown = (text: string): string => (base64 ? encoded(text) : text.replaceAll(",", "."));
      const parts = Object.entries(fields).map(([key, text]) => `${key}=${shown(text)}`);
      parts.splice(at % (parts.length + 1), 0, `uuid=${uuid}`);
      if (base64) parts.splice((at >> 3) % (parts.length + 1), 0, "base64=1");
      expect(smbiosUuid(parts.join())).toBe(/^[0-]+$/.test(uuid) ? undefined : uuid);
    }),
  );
});

it("never makes up a UUID, whatever stands there", () => {
  const piece = fc.constantFrom("uuid=", "base64=1", "base64=", ",", "=", UUID, encoded(UUID), "serial=", "x");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const uuid = smbiosUuid(pieces.join(""));
      if (uuid !== undefined) expect(pieces.join("")).toMatch(new RegExp(`uuid=(${UUID}|${encoded(UUID)})`));
      expect([undefined, UUID]).toContain(uuid);
    }),
    { numRuns: 1_000 },
  );
});
