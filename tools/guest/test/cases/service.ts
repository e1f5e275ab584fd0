import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openService, STRANGER, type Service } from "../../src/service.ts";
import { THOROUGH, type Scene } from "../../src/scene.ts";

/** Needs the backups that the command line has made. */
export function askTheMapper(open: () => Scene): void {
  describe("a mapper that is root, and a server that is not", () => {
    let service: Service;
    beforeAll(async () => {
      service = await openService(open());
    });
    afterAll(() => service?.[Symbol.asyncDispose]());

    test("nobody maps, looks, takes a file out and unmaps by HTTP; what is mounted is closed to him", async () => {
      const { ask, nobody } = service;
      const made = await ask("POST", "/api/v1/mappings", { image: "alpha/plain", snapshot: "latest", for: "8h" });
      expect(made).toMatchObject({ status: 201, body: { id: "m1", state: "ok", by: "group nogroup" } });
      const { devices } = made.body as { devices: { mountpoint?: string }[] };
      const [mountpoint = ""] = devices.flatMap((one) => one.mountpoint ?? []);
      expect(mountpoint).toMatch(/^\/run\/backurne\/m1\//);
      expect((await nobody(`cat ${mountpoint}/etc/hostname`)).stderr).toContain("Permission denied");

      const volume = mountpoint.slice("/run/backurne/m1/".length);
      const files = "/api/v1/mappings/m1/files";
      const listed = await ask("GET", `${files}?path=${volume}/etc`);
      expect(listed).toMatchObject({ status: 200, body: { entries: [{ name: "hostname", kind: "file" }] } });
      expect(await ask("GET", `${files}/content?path=${volume}/etc/hostname`)).toMatchObject({
        status: 200,
        body: "zoo\n",
      });
      expect(await ask("GET", `${files}/content?path=${volume}/climbing-link`)).toMatchObject({ status: 404 });
      const archive = await ask("GET", `${files}/archive?path=${volume}/etc`);
      expect([archive.status, String(archive.body).includes("zoo\n")]).toEqual([200, true]);
      expect(await ask("DELETE", "/api/v1/mappings/m1")).toMatchObject({ status: 200 });
      expect(await ask("GET", "/api/v1/mappings")).toMatchObject({ status: 200, body: { mappings: [] } });
    });

    test("the command line asks it too, whoever types; who is in another group may not", async () => {
      const { type } = service;
      expect(await type(65534, "map alpha/plain latest")).toMatchObject({ code: 0, stderr: "" });
      for (const uid of [0, 65534]) {
        const { stdout } = await type(uid, "list-mapped --json");
        expect(JSON.parse(stdout)).toMatchObject({ mappings: [{ id: "m1", state: "ok", by: "group nogroup" }] });
      }
      const stranger = await type(STRANGER, "unmap m1");
      expect(stranger).toMatchObject({ code: 3 });
      expect(stranger.stderr).toContain("EACCES");
      expect(await type(0, "unmap m1")).toMatchObject({ code: 0, stderr: "" });
    });

    test("what is mapped outlives the mapper, however that ends, and the next one knows it", async () => {
      const { type, end, start } = service;
      expect(await type(65534, "map alpha/plain latest")).toMatchObject({ code: 0 });
      for (const signal of THOROUGH ? (["KILL", "TERM"] as const) : (["KILL"] as const)) {
        expect(await end(signal)).toBe(signal === "TERM" ? 0 : 137);
        const without = await type(65534, "list-mapped");
        expect(without).toMatchObject({
          code: 3,
          stderr: expect.stringContaining("`backurne mapper` has to run there"),
        });
        await start();
        expect(JSON.parse((await type(65534, "list-mapped --json")).stdout)).toMatchObject({
          mappings: [{ id: "m1", state: "ok" }],
        });
      }
      expect(await type(65534, "unmap m1")).toMatchObject({ code: 0, stderr: "" });
    });

    test("what goes by root's will is root's: it does not start where others could change that, nor as somebody else", async () => {
      const { type, config, guest } = service;
      expect(await type(65534, "mapper")).toMatchObject({ code: 2, stderr: expect.stringContaining("needs root") });
      const state = "/var/lib/backurne-mapper";
      const grounds = [
        [config, "chmod 660", "chmod 640"],
        [state, "chown 65534", "chown 0"],
        [`${state}/mappings`, "chmod 1777", "chmod 700"],
        ["/run/backurne", "chown 65534", "chown 0"],
      ] as const;
      for (const [place, spoil, mend] of grounds) {
        await guest.must(`${spoil} ${place}`);
        const refused = await type(0, "mapper");
        await guest.must(`${mend} ${place}`);
        expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`${place} has to be root's alone`) });
      }
      expect(await type(0, "mapper")).toMatchObject({ code: 2, stderr: expect.stringContaining("EADDRINUSE") });
    });
  });
}
