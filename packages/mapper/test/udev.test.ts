import { expect, test } from "vitest";
import { rulesOf } from "../src/kinds/udev.ts";

test("rules for udev are about devices of one mapping, each in one line", () => {
  const [about, nbd, mapped, end] = rulesOf("m3", "5f3e").split("\n");
  expect(about).toMatch(/^#.* m3 /);
  expect(nbd).toContain('PROGRAM=="/bin/grep -qz ^BACKURNE_MAPPING=5f3e: /proc/$attr{pid}/environ", ');
  expect(mapped).toContain('ATTR{dm/name}=="backurne_m3_*", ');
  expect(end).toBe("");
});
