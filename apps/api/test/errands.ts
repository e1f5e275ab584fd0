import { ENDPOINTS } from "../src/endpoints.ts";
import { PREFIX, type Endpoint } from "../src/endpoint.ts";

/** A way to ask each endpoint that is answered well. Those not named are asked with nothing but their path. */
const GOOD: Readonly<Record<string, { readonly query?: string; readonly body?: unknown }>> = {
  "post /images/{image}/holds": { body: { snapshot: "latest", reason: "audit", until: "2027-01-01T00:00:00Z" } },
  "delete /images/{image}/holds": { query: "?all=true" },
  "post /guests/{guest}/holds": {
    body: { at: "2026-01-03T01:00:00Z", reason: "audit", until: "2027-01-01T00:00:00Z" },
  },
  "delete /guests/{guest}/holds": { query: "?at=2026-01-03T02%3A00%3A00%2B01%3A00" },
  "get /plan": { query: "?estimate=true&force=true&cluster=px1&vmid=100" },
  "post /runs": { body: { cluster: "alpha" } },
  "post /verifications": { body: { image: "alpha/disk" } },
  "post /guests/{cluster}/{vmid}/profiles": {
    body: { profiles: { daily: { count: 30 }, often: { count: 3, every: "6h" } } },
  },
  "post /mappings": { body: { image: "alpha/disk", snapshot: "latest", for: "8h" } },
  "get /mappings/{mapping}/files/content": { query: "?path=p1/file" },
  "get /mappings/{mapping}/files/archive": { query: "?path=p1&format=zip" },
  "post /simulation": {
    body: {
      profiles: { daily: { count: 7, at: "01:00" }, weekly: { count: 4 } },
      history: [{ profile: "daily", time: "2026-01-01T00:00:00Z" }],
      play: { days: 365 },
    },
  },
};

export interface Errand {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const FILLED: Readonly<Record<string, string>> = {
  image: "alpha%2Fdisk",
  guest: "px1%2Fweb",
  cluster: "px1",
  vmid: "100",
  mapping: "m1",
};

/** Each endpoint, ready to be asked; `run` and `id` are of what a test has started. */
export function errands(filled: Readonly<Record<string, string>> = {}): readonly Errand[] {
  return ENDPOINTS.map((endpoint) => {
    const name = `${endpoint.method} ${endpoint.path}`;
    const { query = "", body } = GOOD[name] ?? {};
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => ({ ...FILLED, ...filled })[key] ?? key);
    return { name, endpoint, method: endpoint.method.toUpperCase(), path: `${PREFIX}${path}${query}`, body };
  });
}
