/** `live`: what ssh or a helper runs over there. `backup`: what the tool runs here, ssh included. */
export type Side = "live" | "backup";

export const PROGRAMS = ["rbd", "rados", "ceph", "ssh", "zstd"] as const;
export type Program = (typeof PROGRAMS)[number];

/** One call of a program, as the log has it. */
export interface Call {
  readonly where: Side;
  readonly program: Program;
  /** Its arguments, joined by spaces. */
  readonly args: string;
}

/** Something that goes wrong in one program on one side. Of several that fit a call, the first one strikes. */
export interface Fault {
  readonly where: Side;
  /** Default: rbd. */
  readonly program?: Program | "any";
  /** Words of the command line, a regular expression of bash. */
  readonly when: string;
  /**
   * Bash, in place of the program: `"$real"` is the program, `"$@"` its arguments, `$dir` a directory for what faults tell
   * each other, `tool` prints the pid of the tool.
   */
  readonly does: string;
  /** Only the first time. */
  readonly once?: boolean;
  /** Only at the call of that number, from 1, among those that fit; with `andLater` from that one on. */
  readonly nth?: number;
  readonly andLater?: boolean;
}
