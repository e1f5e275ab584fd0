import type { Rule } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { selectDisk } from "../src/index.ts";
import { plain, profile } from "./world.ts";

const profiles = [profile("daily", 7), profile("hourly", 4), profile("weekly", 4, { default: false })];
const base = { cluster: "px1", guest: "web01", pool: "rbd", namespace: "ns", image: "vm-1-disk-0" };
const disk = { ...base, disk: "scsi0", key: { ident: "px1", disk: "scsi0" }, comment: "web01" };

function rule(match: Rule["match"], more: Partial<Rule> = {}): Rule {
  return { path: "px1.exclude[0]", match, effect: "exclude", ...more };
}

function select(...rules: readonly Rule[]) {
  return selectDisk(plain("px1", profiles, { rules }).cluster, disk);
}

describe("a pattern", () => {
  const rows: readonly [Rule["match"], boolean][] = [
    [{ name: "web01" }, true],
    [{ name: "web" }, false],
    [{ name: "eb01" }, false],
    [{ name: "web*" }, true],
    [{ name: "*01" }, true],
    [{ name: "w*b*1" }, true],
    [{ name: "*" }, true],
    [{ name: "web0?" }, true],
    [{ name: "web?" }, false],
    [{ name: "WEB01" }, false],
    [{ name: "" }, false],
    // Everything else stands for itself.
    [{ name: "web0[1]" }, false],
    [{ name: "web.1" }, false],
    [{ name: "web01|x" }, false],
    [{ name: "(web01)" }, false],
    [{ name: "web01$" }, false],
    [{ name: "\\w*" }, false],
    [{ image: "vm-1-disk-0" }, true],
    [{ pool: "rbd" }, true],
    [{ pool: "lab" }, false],
    [{ namespace: "ns" }, true],
    [{ adapter: "scsi?" }, true],
    // All keys of one rule have to match.
    [{ name: "web*", pool: "rbd" }, true],
    [{ name: "web*", pool: "lab" }, false],
    // What nothing is known of never matches, and never excludes by accident.
    [{ tag: "*" }, false],
    [{ name: "web*", vmid: 100 }, false],
  ];
  test.each(rows)("%j excludes web01: %s", (match, excluded) => {
    expect(select(rule(match)).selected).toBe(!excluded);
  });

  test("of a pool fits that of Ceph, and that of Proxmox", () => {
    const owned = { ...disk, vm: { vmid: 1, kind: "qemu", tags: [], pool: "customer-a" } } as const;
    const { cluster } = plain("px1", profiles, { rules: [rule({ pool: "customer-*" })] });
    expect([disk, owned].map((one) => selectDisk(cluster, one).selected)).toEqual([true, false]);
    const byCeph = plain("px1", profiles, { rules: [rule({ pool: "rbd" })] });
    expect(selectDisk(byCeph.cluster, owned).selected).toBe(false);
  });

  test("a name with line feeds is one name", () => {
    const odd = { ...disk, guest: "ci-\nweb" };
    const { cluster } = plain("px1", profiles, { rules: [rule({ name: "ci-*" })] });
    expect(selectDisk(cluster, odd).selected).toBe(false);
    expect(selectDisk(cluster, { ...odd, guest: "web\nci-1" }).selected).toBe(true);
    expect(selectDisk(cluster, { ...odd, guest: "ci-😀" }).selected).toBe(false);
  });
});

const named = (...rules: readonly Rule[]) => select(...rules).profiles.map(({ name }) => name);

describe("rules", () => {
  test("none: the default profiles", () => {
    expect(select()).toMatchObject({ selected: true, because: "profiles" });
    expect(named()).toEqual(["daily", "hourly"]);
  });

  test("the first match wins, in both directions", () => {
    const include = rule({ name: "web*" }, { effect: "include", path: "px1.include[0]" });
    const exclude = rule({ name: "*" });
    expect(select(include, exclude).selected).toBe(true);
    expect(select(exclude, include).selected).toBe(false);
    expect(named(include, exclude)).toEqual(["daily", "hourly"]);
  });

  test("a rule names its profiles, also those that are none by default", () => {
    expect(named(rule({ name: "web*" }, { effect: "set", profiles: ["weekly", "hourly"] }))).toEqual([
      "hourly",
      "weekly",
    ]);
    expect(named(rule({ name: "web*" }, { effect: "set", profiles: ["gone"] }))).toEqual([]);
    expect(named(rule({ name: "web*" }, { effect: "set" }))).toEqual(["daily", "hourly"]);
  });

  test("the reason names the rule, what matched, and its line", () => {
    const place = { file: "/etc/backurne/backurne.yaml", line: 93 };
    expect(select(rule({ name: "web*", pool: "rbd" }, { place })).because).toBe(
      "px1.exclude[0] name web* pool rbd  (backurne.yaml:93)",
    );
    expect(select(rule({ name: "web*" })).because).toBe("px1.exclude[0] name web*");
  });
});
