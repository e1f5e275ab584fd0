import { expect, test } from "vitest";
import { DEMO, open } from "./client.ts";

test("a thousand guests with three disks each, asked by many at once, 5 ms away", async () => {
  const scsi = Object.fromEntries([0, 1, 2].map((n) => [`scsi${n}`, `ceph:vm-100-disk-${n},size=32G`]));
  const guests = Array.from({ length: 1000 }, (_, i) => ({
    ...DEMO,
    vmid: 1000 + i,
    config: { ...DEMO.config, ...scsi },
  }));
  const { simulator, data } = await open({ guests });
  simulator.faults.add({ effect: { do: "wait", ms: 5 } });
  const rows = (await data("GET /cluster/resources?type=vm")) as { vmid: number }[];
  const left = rows.map(({ vmid }) => vmid);
  expect(new Set(left).size).toBe(1000);
  const read: unknown[] = [];
  const worker = async () => {
    for (let vmid = left.pop(); vmid; vmid = left.pop())
      read.push(await data(`GET /nodes/pve1/qemu/${vmid}/config?current=1`));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  expect(read).toHaveLength(1000);
  expect(read.every((config) => Object.hasOwn(config as object, "scsi2"))).toBe(true);
  expect(simulator.journal.requests).toHaveLength(1001);
}, 60_000);
