import type { House } from "@backurne/engine";
import { BackurneError, type Mapping } from "@backurne/model";

/** Remembers what was asked of it: devices are for the tests of the mapper. `mounted`: what stands for a file system there. */
export function openFakeMapper(now: () => number, mounted: string): House["mapper"] {
  const open = new Map<string, Mapping>();
  let count = 0;
  return {
    check: async () => undefined,
    async map({ backups, lifetime }) {
      const id = `m${(count += 1)}`;
      const expires = lifetime === undefined ? {} : { expires: new Date(now() + lifetime).toISOString() };
      const rest = { by: "root", since: new Date(now()).toISOString(), state: "ok", differences: [] } as const;
      open.set(id, { id, backups, ...rest, ...expires, devices: devicesOf(mounted) });
      return open.get(id) as Mapping;
    },
    async unmap(id) {
      if (!open.delete(id)) throw new BackurneError("not-found", `there is no mapping ${id}`);
    },
    list: async () => [...open.values()],
    async find(id) {
      const mapping = open.get(id);
      if (mapping === undefined) throw new BackurneError("not-found", `there is no mapping ${id}`);
      return mapping;
    },
    async sweep() {
      for (const { id, expires } of open.values()) {
        if (expires !== undefined && Date.parse(expires) <= now()) open.delete(id);
      }
      return [];
    },
  };
}

function devicesOf(mountpoint: string): Mapping["devices"] {
  return [
    { device: "/dev/nbd0", on: [], size: 4096, type: "gpt" },
    { device: "/dev/nbd0p1", on: ["/dev/nbd0"], size: 2048, type: "ext4", label: "<i>root</i>\n", mountpoint },
  ];
}
