export const DEFAULT_FILE = "/etc/backurne/backurne.yaml";

export interface FindContext {
  /** `--config` */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Which file is the configuration: `--config`, then `BACKURNE_CONFIG`, then the usual place. */
export function findConfig({ flag, env }: FindContext): string {
  return flag || env.BACKURNE_CONFIG || DEFAULT_FILE;
}
