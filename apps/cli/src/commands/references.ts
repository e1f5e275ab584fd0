/** How images and snapshots are named, everywhere in the same words. */
export const IMAGE = {
  type: "string",
  describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
  demandOption: true,
} as const;

export const SNAPSHOT = {
  type: "string",
  describe: "its name, @ and the beginning of its local time, or latest",
} as const;
