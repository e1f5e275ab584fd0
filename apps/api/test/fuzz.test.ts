import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DAY } from "@backurne/simulation";
import fc from "fast-check";
import { z } from "zod";
import { expect, test, vi } from "vitest";
import { ENDPOINTS } from "../src/endpoints.ts";
import { PREFIX, type Endpoint } from "../src/endpoint.ts";
import { problem } from "../src/problem.ts";
import { arbitraryOf } from "./arbitrary.ts";
import { openApi, type Api } from "./world.ts";

interface Fields {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const asRecord = (value: unknown) => (typeof value === "object" && value !== null ? value : {}) as Fields["params"];
const nothing = fc.constant({});

function requestOf({ params, query, body }: Endpoint) {
  return fc.record({
    params: params ? arbitraryOf(params).map(asRecord) : nothing,
    query: query ? arbitraryOf(query).map(asRecord) : nothing,
    body: body ? arbitraryOf(body) : fc.constant(undefined),
  });
}

function pathOf({ path }: Endpoint, { params, query }: Fields): string {
  // An object may have a `toString` of its own, which is none.
  const told = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const text = (value: unknown) => encodeURIComponent(told(value).toWellFormed()) || "%20";
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => text(params[key]));
  const asked = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : `${text(key)}=${text(value)}`,
  );
  return `${PREFIX}${filled}?${asked.join("&")}`;
}

const image = { image: "alpha/disk" };
const guest = { cluster: "px1", vmid: 100 };
const MOMENT = "2026-01-02T01:00:00Z";
/** Of what is hardly ever right by chance. */
const EXAMPLES: Readonly<Record<string, Fields>> = {
  "post /verifications": { params: {}, query: {}, body: image },
  "post /simulation": {
    params: {},
    query: {},
    body: { profiles: { often: { count: 2, every: "6h" } }, play: { days: 9 } },
  },
  "post /mappings": { params: {}, query: {}, body: { ...image, snapshot: "latest", for: "1h" } },
  "get /mappings/{mapping}/files": { params: { mapping: "m1" }, query: { path: "p1" }, body: undefined },
  "get /mappings/{mapping}/files/content": { params: { mapping: "m1" }, query: { path: "p1/alpha" }, body: undefined },
  "get /mappings/{mapping}/files/archive": { params: { mapping: "m1" }, query: { path: "p1" }, body: undefined },
  "delete /mappings/{mapping}": { params: { mapping: "m1" }, query: {}, body: undefined },
  "post /images/{image}/holds": { params: image, query: {}, body: {} },
  "delete /images/{image}/holds": { params: image, query: {}, body: undefined },
  "post /guests/{guest}/holds": { params: { guest: "px1/web" }, query: {}, body: { at: MOMENT } },
  "delete /guests/{guest}/holds": { params: { guest: "px1/web" }, query: { at: MOMENT }, body: undefined },
  "get /guests/{guest}": { params: { guest: "px1/web" }, query: {}, body: undefined },
  "post /guests/{cluster}/{vmid}/profiles": { params: guest, query: {}, body: {} },
  "delete /guests/{cluster}/{vmid}/profiles": { params: guest, query: {}, body: undefined },
};

/** Those of `/events` are fuzzed by themselves: streams have an end only where the run has one. */
const named = ENDPOINTS.filter(({ path }) => !path.endsWith("/events")).map(
  (endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const,
);

test.each(named)(
  "%s: whatever is asked, the answer is by its schema or a problem, and never that we are broken",
  async (name, endpoint) => {
    const { ask, logged, scene, world, mounted } = await openApi();
    await writeFile(join(mounted, "alpha"), "of a guest");
    await scene.backurne.map({ image: "alpha/disk", snapshot: "latest" });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(requestOf(endpoint), async (request) => {
        const { body } = request;
        const method = endpoint.method.toUpperCase();
        const response = await ask(pathOf(endpoint, request), { method, ...(endpoint.body && { body }) });
        seen.add(response.status);
        const document: unknown = endpoint.streams && response.ok ? await response.text() : await response.json();
        if (response.ok && endpoint.answer)
          expect(z.safeParse(endpoint.answer, document).error?.message).toBe(undefined);
        if (!response.ok) expect(problem.safeParse(document).error?.message).toBe(undefined);
        expect(response.status).toBeLessThan(500);
        // A run that goes on would make the next one wait.
        await scene.runs.close("enough");
        await scene.verifications.close("enough");
        world.now += 60_000;
      }),
      { numRuns: 120, examples: [[EXAMPLES[name] ?? { params: {}, query: {}, body: {} }]] },
    );
    expect(logged).toEqual([]);
    // Otherwise nothing but the validation was tried.
    if (!/\{run\}|\{id\}|^get.*\{vmid\}/.test(name)) expect(Math.min(...seen)).toBeLessThan(300);
  },
);

/** What a browser sends behind the last event it has, or what somebody makes up. */
const place = fc.oneof(
  fc.nat(30).map(String),
  fc.constantFrom("999999999", "9999999999", "-1", "1.5", "1e1", "0x1", "00", "NaN", "__proto__"),
  fc.stringMatching(/^[!-~]{1,12}$/),
);
const isCount = (text: string | undefined): text is string => text !== undefined && /^\d{1,9}$/.test(text);
const idsOf = (text: string): readonly number[] => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

/** Those that have ended, and a way to end there. */
const ENDED: Readonly<Record<string, (api: Api) => Promise<string>>> = {
  async runs({ ask, scene, world }) {
    world.now += DAY;
    const { run } = (await (await ask(`${PREFIX}/runs`, { body: {} })).json()) as { run: string };
    await vi.waitUntil(() => !scene.runs.isGoing(run), 30_000);
    await scene.runs.close("enough");
    return run;
  },
  async verifications({ scene }) {
    const { id } = scene.verifications.start({ manner: "full" });
    await vi.waitUntil(() => scene.verifications.find(id).state === "ended", 30_000);
    return id;
  },
};

test.each(Object.keys(ENDED))(
  "events of %s that have ended: from wherever they are asked for, those that follow, the report, and the end",
  async (kind) => {
    const api = await openApi();
    const { ask, logged, scene } = api;
    const run = (await ENDED[kind]?.(api)) ?? "";
    const follow = (which: string, query = "", headers = {}) =>
      ask(`${PREFIX}/${kind}/${which}/events${query}`, { as: "read", headers });
    const all = idsOf(await (await follow(run)).text());
    expect([all.length >= 5, all]).toEqual([true, all.map((_, index) => index)]);
    const seen = new Set<number>();
    const asked = fc.record(
      { which: fc.oneof({ arbitrary: fc.constant(run), weight: 9 }, place), from: place, last: place },
      { requiredKeys: ["which"] },
    );
    await fc.assert(
      fc.asyncProperty(asked, async ({ which, from, last }) => {
        const query = from === undefined ? "" : `?from=${encodeURIComponent(from)}`;
        const response = await follow(
          encodeURIComponent(which),
          query,
          last === undefined ? {} : { "last-event-id": last },
        );
        const text = await response.text();
        seen.add(response.status);
        expect(response.status).toBeLessThan(500);
        if (!response.ok) {
          expect(problem.safeParse(JSON.parse(text)).error?.message).toBe(undefined);
          return;
        }
        const first = isCount(last) ? Number(last) + 1 : Number(from ?? 0);
        expect(idsOf(text)).toEqual(all.slice(first));
        expect(text.trimEnd().split("\n\n").at(-1)).toMatch(/^event: report\n/);
      }),
      { numRuns: 300 },
    );
    // Some names may be those of runs; all others are no verification's.
    expect([...seen].toSorted()).toEqual(kind === "runs" ? [200, 400, 404] : [200, 400]);
    expect([logged, scene.ceilings.followers.inside]).toEqual([[], 0]);
  },
);
