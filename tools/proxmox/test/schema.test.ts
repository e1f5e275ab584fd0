import { expect, test } from "vitest";
import { on } from "../src/route.ts";

/** `tsc` reads this file too: an expected error that does not come is an error. */
test("what Proxmox's schema does not have does not compile", () => {
  const version = { version: "8.4.1", release: "8.4", repoid: "0" };
  const status = { vmid: 100, status: "running", ha: {}, cpu: 0 };
  const routes = [
    on("GET /version", [], () => version),
    on("GET /cluster/resources", ["type"], ({ params }) => [{ id: params.type ?? "", type: "qemu", tags: "db" }]),
    on("GET /nodes/{node}/qemu/{vmid}/config", [], () => ({ digest: "", onboot: 1, scsi17: "ceph:vm-1-disk-0" })),

    // @ts-expect-error: no such route
    on("GET /versions", [], () => version),
    // @ts-expect-error: no such method
    on("DELETE /version", [], () => version),
    // @ts-expect-error: an identifier is missing
    on("GET /nodes/qemu/{vmid}/status/current", [], () => status),
    // @ts-expect-error: no such parameter
    on("GET /cluster/resources", ["kind"], () => []),
    // @ts-expect-error: no such parameter
    on("GET /cluster/resources", ["type"], ({ params }) => [{ id: params.kind ?? "", type: "qemu" }]),
    // @ts-expect-error: a field is missing
    on("GET /version", [], () => ({ version: "8.4.1", release: "8.4" })),
    // @ts-expect-error: a field too many
    on("GET /version", [], () => ({ ...version, build: "7" })),
    // @ts-expect-error: a field too many, in a row
    on("GET /nodes", [], () => ["pve1"].map((node) => ({ id: node, node, type: "node", status: "", colour: "red" }))),
    // @ts-expect-error: a number is no string
    on("GET /version", [], () => ({ ...version, version: 8 })),
    // @ts-expect-error: yes is 1 on the wire
    on("GET /nodes/{node}/qemu/{vmid}/config", [], () => ({ digest: "", onboot: true })),
    // @ts-expect-error: such a disk has another type
    on("GET /nodes/{node}/qemu/{vmid}/config", [], () => ({ digest: "", scsi17: 5 })),
    // @ts-expect-error: an agent answers in `result`
    on("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze", [], () => 3),
  ];
  expect(routes.map(({ route }) => route)).toContain("GET /version");
});
