import type { RadosObjects } from "@backurne/rbd";

/** For a host to which something happens after it has looked, and before it takes its first lease, or that one of its leases. */
export function meanwhile(objects: RadosObjects, happens: () => Promise<unknown>, which = 1): RadosObjects {
  let happened: Promise<unknown> | undefined;
  let asked = 0;
  return {
    ...objects,
    async lock(object, request) {
      if (object.startsWith("backurne.lease.") && (asked += 1) >= which) await (happened ??= happens());
      return objects.lock(object, request);
    },
  };
}
