import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A kernel of Debian's, unpacked and not installed. */
export interface Kernel {
  readonly image: string;
  /** As `/lib/modules/VERSION` would be. */
  readonly modules: string;
  readonly initramfs: string;
}

/** Modules that have to be there before there is a root. */
const EARLY = ["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_net", "virtio_console"];

/**
 * Fetches the kernel once and keeps it beside the installed packages, where it goes with the clone. Only a complete one
 * has its name: an interrupted fetch is none.
 */
export async function findKernel(): Promise<Kernel> {
  const cache = join(root, "node_modules", ".cache", "backurne-guest");
  await mkdir(cache, { recursive: true });
  const wanted = await packageOf("linux-image-amd64");
  const home = join(cache, wanted);
  if (!existsSync(home)) await fetchKernel(wanted, home);
  const version = basename(wanted.replace(/^linux-image-/, ""));
  const kernel = {
    image: join(home, "boot", `vmlinuz-${version}`),
    modules: join(home, "lib", "modules", version),
    initramfs: join(home, "initramfs"),
  };
  await makeInitramfs(kernel); // a tenth of a second, and never older than its scripts
  return kernel;
}

async function packageOf(meta: string): Promise<string> {
  const { stdout } = await execa("apt-cache", ["depends", meta], { env: { LC_ALL: "C" } });
  const [, name] = /Depends: (linux-image-\S+)/.exec(stdout) ?? [];
  if (name === undefined) throw new Error(`apt knows no kernel by the name of ${meta}: apt-get update`);
  return name;
}

async function fetchKernel(name: string, home: string): Promise<void> {
  const part = await mkdtemp(join(dirname(home), "part-"));
  try {
    await execa("apt-get", ["download", "-qq", "-o", "APT::Sandbox::User=root", name], { cwd: part });
    const [archive = ""] = (await readdir(part)).filter((file) => file.endsWith(".deb"));
    const unpacked = join(part, "unpacked");
    await execa("dpkg-deb", ["-x", join(part, archive), unpacked]);
    await execa("busybox", ["depmod", "-b", unpacked, name.replace(/^linux-image-/, "")]);
    await rename(unpacked, home);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** A busybox, the modules that come before the root, and the two scripts. */
async function makeInitramfs({ modules, initramfs }: Kernel): Promise<void> {
  const tree = await mkdtemp(`${initramfs}-`);
  try {
    for (const dir of ["bin", "modules"]) await mkdir(join(tree, dir));
    const { stdout } = await execa("ldd", ["/usr/bin/busybox"]);
    const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = ""]) => file);
    for (const file of libraries) await cp(file, join(tree, file), { dereference: true });
    await cp("/usr/bin/busybox", join(tree, "bin", "busybox"));
    const order = orderModules(await readFile(join(modules, "modules.dep"), "utf8"), EARLY);
    for (const file of order) await cp(join(modules, file), join(tree, "modules", basename(file)));
    await writeFile(join(tree, "modules", "order"), order.map((file) => `${basename(file)}\n`).join(""));
    await writeFile(join(tree, "modules", "path"), `${modules}\n`);
    const scripts = fileURLToPath(new URL("../guest/", import.meta.url));
    await cp(join(scripts, "init.sh"), join(tree, "init"), { mode: 0 });
    await cp(join(scripts, "agent.sh"), join(tree, "agent.sh"));
    const pack = 'chmod 755 init && find . | busybox cpio -o -H newc 2>/dev/null >"$0"';
    await execa("sh", ["-ec", pack, `${tree}.cpio`], { cwd: tree });
    await rename(`${tree}.cpio`, initramfs);
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** Files in the order in which they are to be loaded: what one needs comes before it. */
export function orderModules(dependencies: string, names: readonly string[]): readonly string[] {
  const lines = dependencies.split("\n").map((line) => line.split(/:\s*/));
  const needs = new Map(lines.map(([file = "", rest = ""]) => [file, rest.split(" ").filter(Boolean)]));
  const byName = new Map([...needs.keys()].map((file) => [nameOf(file), file]));
  const order = new Set<string>();
  const add = (file: string): void => {
    for (const other of needs.get(file) ?? []) if (!order.has(other)) add(other);
    order.add(file);
  };
  for (const name of names) {
    const file = byName.get(nameOf(name));
    if (file !== undefined) add(file); // else it is part of the kernel
  }
  return [...order];
}

function nameOf(file: string): string {
  return basename(file, ".ko").replaceAll("-", "_");
}
