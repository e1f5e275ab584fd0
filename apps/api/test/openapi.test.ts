import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ENDPOINTS } from "../src/endpoints.ts";
import { PREFIX } from "../src/endpoint.ts";
import { documentApi } from "../src/index.ts";
import { openApi } from "./world.ts";

// After a change: pnpm --filter @backurne/api run docs
test("docs/openapi.json is what is served, and both are made of what requests are held against", async () => {
  const written: unknown = JSON.parse(await readFile(new URL("../../../docs/openapi.json", import.meta.url), "utf8"));
  expect(written).toEqual(JSON.parse(JSON.stringify(documentApi())));
  const { ask } = await openApi();
  expect(await (await ask("/openapi.json", { as: "read" })).json()).toEqual(written);
});

test("every route is in it, with its scope", () => {
  const { paths, openapi } = documentApi() as {
    openapi: string;
    paths: Record<string, Record<string, { security: unknown }>>;
  };
  expect(openapi).toBe("3.1.0");
  for (const { method, path, scope } of ENDPOINTS) {
    expect(paths[`${PREFIX}${path}`]?.[method]?.security).toEqual([{ token: [scope] }]);
  }
});
