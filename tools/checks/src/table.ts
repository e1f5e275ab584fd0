/**
 * Which room may import which: the picture of ARCHITECTURE.md, row by row. `name:types` allows `import type` only.
 * A row that changes here changes there, in the same commit. Tools may import anything and are imported by tools only.
 */
export const TABLE: Readonly<Record<string, readonly string[]>> = {
  model: [],
  retention: [],
  exec: ["model"],
  ssh: ["model", "exec"],
  rbd: ["model", "exec"],
  cluster: ["model", "exec:types", "rbd:types"],
  planner: ["model", "retention"],
  "cluster-plain": ["model", "rbd", "cluster"],
  "cluster-proxmox": ["model", "exec", "rbd", "cluster"],
  config: ["model", "retention"],
  "profiles-api": ["model", "retention"],
  mapper: ["model", "rbd", "exec"],
  files: ["model", "exec"],
  sockets: ["exec:types"],
  mapped: ["model", "exec:types", "mapper:types", "files", "sockets"],
  engine: ["model", "retention", "planner", "exec", "rbd", "cluster", "mapper"],
  reports: ["model"],
  // The composition root: everything.
  backurne:
    "model retention planner exec ssh rbd cluster cluster-plain cluster-proxmox config profiles-api mapper files mapped engine reports".split(
      " ",
    ),
  api: ["model", "retention", "sockets", "reports", "backurne"],
  cli: ["model", "reports", "backurne", "api"],
};

/** The one room that starts programs. */
export const SPAWNER = "exec";
