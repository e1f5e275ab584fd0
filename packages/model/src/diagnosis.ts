export type FindingSeverity = "info" | "warning" | "error";

/** What `doctor --fix` may do: only to what is surely ours, or the old tool's, and in nobody's use. */
export type Fix =
  | { readonly kind: "remove image"; readonly image: string }
  | { readonly kind: "give back lease"; readonly resource: string }
  /** What a restore to `to` (`CLUSTER/POOL/NAME`) left there. */
  | { readonly kind: "remove unfinished"; readonly image: string; readonly to: string }
  | { readonly kind: "unprotect"; readonly image: string; readonly snapshot: string };

/** One thing that may break, or has. */
export interface Finding {
  readonly severity: FindingSeverity;
  /** What was looked at: `programs`, `space`, … */
  readonly probe: string;
  /** A host, a cluster, a pool, an image. */
  readonly about: string;
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do. */
  readonly how: string;
  readonly fix?: Fix | undefined;
}

export interface Diagnosis {
  readonly version: 1;
  readonly kind: "diagnosis";
  /** ISO 8601 */
  readonly at: string;
  readonly host: string;
  /** Everything that was looked at, also where nothing was found. */
  readonly probes: readonly string[];
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** How an attempt to mend something ended. */
export interface Mended {
  readonly fix: Fix;
  readonly outcome: "done" | "left alone";
  readonly because?: string | undefined;
}
