import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { claimPorts } from "../src/ports.ts";

test("two claims held at once share no port", async () => {
  await using one = await claimPorts();
  await using two = await claimPorts();
  const all = [...numbers(one), ...numbers(two)];
  expect(new Set(all).size).toBe(all.length);
});

test("every claimed port can be bound", async () => {
  await using ports = await claimPorts();
  for (const port of numbers(ports)) {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
  }
});

type Claimed = Awaited<ReturnType<typeof claimPorts>>;

function numbers({ ssh, live, backup, proxmox }: Claimed): number[] {
  return [
    ssh,
    ...range(proxmox, proxmox + 2),
    ...[live, backup].flatMap(({ mon, osd }) => [mon, mon + 1, ...range(osd.first, osd.last)]),
  ];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
