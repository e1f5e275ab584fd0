// node tools/bootstrap/run.mjs [--system [--guest] [--metrics]] [-- COMMAND ARG…]
//
// The first word of every npm script: makes a checkout ready, then runs the command with the pinned programs in front.
// It runs before anything is installed, on whatever Node (18 or newer) the host has: no dependencies, no TypeScript.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(dirname(script)));
const stamp = join(root, "node_modules", ".bootstrap");

/** Program to look for → Debian package that has it. */
const PACKAGES = {
  "ceph-mon": "ceph-mon",
  "ceph-osd": "ceph-osd",
  rbd: "ceph-common",
  sshd: "openssh-server",
  zstd: "zstd",
  xxhsum: "xxhash",
  chromium: "chromium",
};

/** The test guest, what is opened in it, and what makes that: only its tests need so much. */
const GUEST_PACKAGES = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-nbd": "qemu-utils",
  busybox: "busybox",
  sfdisk: "fdisk",
  "rbd-nbd": "rbd-nbd",
  lvm: "lvm2",
  thin_check: "thin-provisioning-tools",
  cryptsetup: "cryptsetup-bin",
  udevadm: "udev",
  "vmfs-fuse": "vmfs-tools",
  "vmfs6-fuse": "vmfs6-tools",
  ldmtool: "ldmtool",
  "mount.ntfs-3g": "ntfs-3g",
  "mkfs.xfs": "xfsprogs",
  "mkfs.btrfs": "btrfs-progs",
  "mkfs.vfat": "dosfstools",
};

/** What the dashboards ask: only their test needs it. */
const METRICS_PACKAGES = { prometheus: "prometheus", influxd: "influxdb" };

/** What these packages would start, now and at every boot. The sandbox runs its own; a developer's machine runs none. */
const UNITS = {
  "ceph-mon": ["ceph.target", "ceph-mon.target", "ceph-crash.service"],
  "ceph-osd": ["ceph.target", "ceph-osd.target", "ceph-crash.service"],
  "openssh-server": ["ssh.service"],
  prometheus: ["prometheus.service"],
  influxdb: ["influxdb.service"],
  lvm2: ["lvm2-monitor.service", "lvm2-lvmpolld.socket", "blk-availability.service"],
};
const POLICY = "/usr/sbin/policy-rc.d";

const args = process.argv.slice(2);
const separator = args.indexOf("--");
const flags = separator < 0 ? args : args.slice(0, separator);
const command = separator < 0 ? [] : args.slice(separator + 1);
const wantedPackages = {
  ...PACKAGES,
  ...(flags.includes("--guest") && GUEST_PACKAGES),
  ...(flags.includes("--metrics") && METRICS_PACKAGES),
};

if (flags.includes("--install")) installPackages();
else if (flags.includes("--install-system")) installSystem();
else {
  // flock(1) holds a directory for as long as the child lives, so a killed run never leaves a stale lock.
  // Whoever waited for it looks again, inside, and mostly finds nothing left to do.
  if (readStamp() !== computeStamp()) call("flock", [root, process.execPath, script, "--install"]);
  if (flags.includes("--system") && missingPackages().length > 0) {
    refuseWithoutRoot();
    call("flock", ["/var/lib/dpkg", process.execPath, script, "--install-system", ...flags]);
  }
  if (command.length > 0) runCommand();
}

function installPackages() {
  const wanted = computeStamp();
  if (readStamp() === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // Standard output belongs to the command that comes next (`npm run -s sandbox -- env`).
  call("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], { stdio: ["ignore", 2, 2], cwd: root });
  writeFileSync(stamp, wanted);
}

function readStamp() {
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}

/** Differs whenever an install could have something to do. */
function computeStamp() {
  const rooms = ["packages", "apps", "tools"].filter((room) => existsSync(join(root, room)));
  const members = rooms.flatMap((room) => readdirSync(join(root, room)).map((name) => `${room}/${name}/package.json`));
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...members.sort()])
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function missingPackages() {
  const path = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  const found = (program) => path.some((directory) => isExecutable(join(directory, program)));
  return Object.entries(wantedPackages).flatMap(([program, name]) => (found(program) ? [] : [name]));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function refuseWithoutRoot() {
  const missing = missingPackages().join(" ");
  const hasApt = existsSync("/usr/bin/apt-get");
  if (hasApt && process.getuid() === 0) return;
  const how = hasApt
    ? `sudo apt-get install --no-install-recommends ${missing}`
    : "install Ceph (mon, osd, rbd), sshd, zstd, xxhsum, chromium, prometheus, influxd and the programs of tools/guest by hand";
  fail(`missing Debian packages: ${missing}; ${hasApt ? "not root" : "no apt-get here"}: ${how}`, 2);
}

function installSystem() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const quiet = { stdio: ["ignore", 2, 2], env };
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy)
    writeFileSync(POLICY, "#!/bin/sh\n# Temporary, by backurne's tools/bootstrap: start nothing.\nexit 101\n", {
      mode: 0o755,
    });
  // SIGINT and SIGTERM end apt as well; we stay to take the policy away.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  try {
    const wait = ["-o", "DPkg::Lock::Timeout=300", "-qq"];
    for (const step of [["update"], ["install", "--yes", "--no-install-recommends", ...missing]]) {
      const { status } = spawnSync("apt-get", [...wait, ...step], quiet);
      if (status !== 0) {
        process.exitCode = 2;
        console.error(`apt-get ${step.join(" ")} failed`);
        return;
      }
    }
    const units = new Set(missing.flatMap((name) => UNITS[name] ?? []));
    spawnSync("systemctl", ["--root=/", "--quiet", "disable", ...units], quiet);
  } finally {
    if (ownPolicy) rmSync(POLICY, { force: true });
  }
}

function runCommand() {
  const path = [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" };
  // Tests start hundreds of Nodes: what one has compiled serves the next.
  env.NODE_COMPILE_CACHE ??= join(root, "node_modules", ".cache", "node");
  const child = spawn(command[0], command.slice(1), { stdio: "inherit", env });
  // Ctrl-C in a terminal reaches the child by itself.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${command[0]}: ${error.message}`, 127));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function call(file, argv, options = { stdio: "inherit" }) {
  const { status, error } = spawnSync(file, argv, options);
  if (error !== undefined) fail(`${file}: ${error.message}`, 2);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
