import type { Locker, RadosObjects } from "@backurne/rbd";

/** Objects and locks in memory, by the clock of the simulation. */
export function simulateObjects(now: () => number, fsid: string): RadosObjects {
  const objects = new Map<string, string>();
  const locks = new Map<string, { tag: string; lockers: Locker[] }>();
  let clients = 0;

  return {
    read: async (object) => objects.get(object),
    write: async (object, content) => void objects.set(object, content),
    append: async (object, content) => void objects.set(object, (objects.get(object) ?? "") + content),
    removeObject: async (object) => void objects.delete(object),
    async removeObjects(several) {
      for (const object of several) {
        const there = [objects.delete(object), locks.delete(object)].includes(true);
        if (!there) throw new Error(`no such object: ${object}`);
      }
    },
    async lock(object, { tag, description, seconds }) {
      const held = locks.get(object);
      const alive = held?.lockers.filter((locker) => locker.expires > now()) ?? [];
      if (held && alive.length > 0 && held.tag !== tag) return "busy";
      const name = `client.${(clients += 1)}`;
      const locker = { name, cookie: "1", description, expires: now() + seconds * 1000 };
      locks.set(object, { tag, lockers: [...alive, locker] });
      return "locked";
    },
    lockState: async (object) => locks.get(object),
    async breakLock(object, _, locker) {
      const held = locks.get(object);
      if (held) held.lockers = held.lockers.filter((one) => one.name !== locker.name);
    },
    fsid: async () => fsid,
  };
}
