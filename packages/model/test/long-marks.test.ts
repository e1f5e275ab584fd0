import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import {
  formatMoments,
  formatProofs,
  MOMENTS,
  parseMoments,
  parseProofs,
  PROOFS,
  type Moments,
  type Proofs,
} from "../src/index.ts";

const HOUR = 3_600_000;
const consistency = { kind: "crash-consistent", skew: 12, because: "the guest's agent is not running" } as const;

/** The newest first. Each with a configuration of its own, whose notes nothing packs. */
function momentsOf(count: number, notes = 0): Moments {
  const all = Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.UTC(2026, 10, 2) - index * HOUR).toISOString();
    const digest = `digest-${index}`;
    const text = randomBytes(notes).toString("base64");
    const config = {
      kind: "qemu",
      vmid: 100,
      name: "web",
      node: "pve1",
      digest,
      config: { description: text },
    } as const;
    return [`backup;hourly;600;${time}`, { config: digest, consistency }, config] as const;
  });
  return {
    points: Object.fromEntries(all.map(([name, moment]) => [name, moment])),
    configs: notes === 0 ? {} : Object.fromEntries(all.map(([, { config }, kept]) => [config, kept])),
  } as Moments;
}

const back = (text: string): Moments => parseMoments({ [MOMENTS]: text });
/** What Linux takes as one argument. */
const ARGUMENT = 128 * 1024;

test.each([1, 100, 533, 3000])("%d points come back as they are, in one argument of a program", (count) => {
  const moments = momentsOf(count);
  const text = formatMoments(moments);
  expect(text.length).toBeLessThan(ARGUMENT);
  expect(back(text)).toEqual(moments);
});

test("few stand there for people to read", () => {
  const moments = momentsOf(3, 100);
  expect(JSON.parse(formatMoments(moments))).toEqual(moments);
});

test("configurations that do not fit are left out, the oldest first; points are not", () => {
  const moments = momentsOf(400, 6000);
  const text = formatMoments(moments);
  expect(text.length).toBeLessThan(ARGUMENT);
  const { points, configs } = back(text);
  expect(points).toEqual(moments.points);
  const kept = Object.keys(configs);
  expect(kept.length).toBeGreaterThan(5);
  expect(configs).toEqual(Object.fromEntries(Object.entries(moments.configs).slice(0, kept.length)));
});

test("points that do not fit are left out, the oldest first", () => {
  const names = Array.from({ length: 3000 }, (_, index) => `${randomBytes(60).toString("hex")};a;1;${2000 + index}`);
  const text = formatMoments({ points: Object.fromEntries(names.map((name) => [name, {}])), configs: {} });
  expect(text.length).toBeLessThan(ARGUMENT);
  const kept = Object.keys(back(text).points);
  expect(kept.length).toBeGreaterThan(500);
  expect(kept.toSorted()).toEqual(names.slice(-kept.length).toSorted());
});

test.each(["{", '{"deflated":"AAAA"}', '{"deflated":7}', '{"points":[]}', "null"])("%s says nothing", (text) => {
  expect(back(text)).toEqual({ points: {}, configs: {} });
});

test.each([3, 1000, 20_000])(
  "proofs of %d points are one argument of a program, those of the newest at least",
  (count) => {
    const proofs = Object.fromEntries(
      Object.keys(momentsOf(count).points).map((name) => [name, { how: "sent", at: randomBytes(8).toString("hex") }]),
    ) as Proofs;
    const text = formatProofs(proofs);
    expect(text.length).toBeLessThan(ARGUMENT);
    const kept = parseProofs({ [PROOFS]: text });
    const names = Object.keys(kept);
    expect(kept).toEqual(Object.fromEntries(Object.entries(proofs).slice(0, names.length)));
    expect(names.length).toBeGreaterThan(Math.min(count - 1, 1500));
  },
);
