import { glob, readFile } from "node:fs/promises";
import { dirname } from "node:path";

/** A member of the workspace as its files say it is. Paths are relative to the root of the repository. */
export interface Room {
  /** `packages/exec` */
  readonly dir: string;
  /** The name others import it by. */
  readonly name: string;
  /** The text of its package.json. */
  readonly manifest: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** Reads every package.json and every TypeScript file of the workspace. */
export async function readWorkspace(root: string): Promise<readonly Room[]> {
  const manifests = await list(root, "{packages,apps,tools}/*/package.json");
  return Promise.all(
    manifests.map(async (path) => {
      const dir = dirname(path);
      const manifest = await readFile(`${root}/${path}`, "utf8");
      const paths = await list(root, `${dir}/{*.ts,{src,test,bin}/**/*.ts}`);
      const read = async (file: string) => ({ path: file, text: await readFile(`${root}/${file}`, "utf8") });
      return { dir, name: JSON.parse(manifest).name, manifest, files: await Promise.all(paths.map(read)) };
    }),
  );
}

async function list(root: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: root })) found.push(path);
  return found.toSorted();
}
