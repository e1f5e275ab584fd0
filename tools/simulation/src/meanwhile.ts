import type { RadosObjects } from "@backurne/rbd";

/** For a host to which something happens after it has looked, and before it takes its first lease. */
export function meanwhile(objects: RadosObjects, happens: () => Promise<unknown>): RadosObjects {
  let happened: Promise<unknown> | undefined;
  return {
    ...objects,
    async lock(object, request) {
      if (object.startsWith("backurne.lease.")) await (happened ??= happens());
      return objects.lock(object, request);
    },
  };
}
