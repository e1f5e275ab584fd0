import { randomUUID } from "node:crypto";
import { chmod, rename, rm, writeFile } from "node:fs/promises";

/**
 * Whoever reads it meanwhile sees the old file or the new one, never half of it; where it fails the old one stays.
 * @param mode whatever the umask says
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const part = `${path}.${randomUUID()}`;
  try {
    await writeFile(part, text, { flag: "wx", mode: 0o600 });
    await chmod(part, mode);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
