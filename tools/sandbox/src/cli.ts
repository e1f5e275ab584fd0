import { hideBin } from "yargs/helpers";
import yargs from "yargs";
import { renderEnv } from "./env.ts";
import { load, status, type Status } from "./status.ts";
import { up } from "./up.ts";
import { locate, type Which } from "./which.ts";
import { down } from "./down.ts";
import { within } from "./within.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));

const which = {
  name: { type: "string", default: "default", describe: "which sandbox" },
  dir: { type: "string", describe: "its directory, when not the usual one" },
} as const;

await yargs(hideBin(process.argv))
  .parserConfiguration({ "populate--": true })
  .scriptName("npm run sandbox --")
  .usage("$0 COMMAND\n\nTwo real Ceph clusters, live and backup, and an sshd in front of the live one.")
  .options(which)
  .command(
    "up",
    "boot a sandbox",
    (y) =>
      y
        .option("fast", { type: "boolean", default: false, describe: "monitors that answer at once" })
        .option("proxmox", { type: "boolean", default: false, describe: "a simulated Proxmox cluster with one guest" }),
    async (argv) => {
      const since = performance.now();
      await up({ ...pick(argv), fast: argv.fast, proxmox: argv.proxmox, signal: interrupted.signal });
      console.log(renderStatus(await status(pick(argv))));
      const seconds = ((performance.now() - since) / 1000).toFixed(1);
      const flag = argv.dir === undefined ? `--name ${argv.name}` : `--dir ${argv.dir}`;
      console.log(`up in ${seconds} s. Next: eval "$(npm run -s sandbox -- env ${flag})"`);
    },
  )
  .command("down", "end it and remove everything it made", which, async (argv) => {
    await down(pick(argv));
    console.log(`${locate(pick(argv))} is gone`);
  })
  .command("status", "show what runs", which, async (argv) => {
    const now = await status(pick(argv));
    console.log(renderStatus(now));
    if (now.daemons.some((daemon) => !daemon.alive)) process.exitCode = 1;
  })
  .command(
    "env",
    "print shell exports: LIVE_CONF, BACKUP_CONF, SSH_CONFIG, BACKURNE_SANDBOX, PROXMOX_…",
    which,
    async (argv) => {
      process.stdout.write(renderEnv(await load(pick(argv))));
    },
  )
  .command(
    "run",
    "boot one for a single command, which finds it by BACKURNE_SANDBOX",
    (y) => y.option("fast", { type: "boolean", default: false, describe: "monitors that answer at once" }),
    async (argv) => {
      const [words, own] = [argv["--"] as string[] | undefined, { ...pick(argv), name: `run-${process.pid}` }];
      if (words === undefined) throw new Error("which command? $0 run -- COMMAND ARG…");
      process.exitCode = await within({ ...own, fast: argv.fast, signal: interrupted.signal }, words);
    },
  )
  .example("$0 up --fast", "boot, with monitors that answer at once")
  .example("$0 up --proxmox", "boot, with a guest whose disks are on the live cluster")
  .example('eval "$(npm run -s sandbox -- env)" && rbd --conf $LIVE_CONF ls', "ask the live cluster")
  .example("ssh -F $SSH_CONFIG live rbd --conf $LIVE_CONF ls", "the same over ssh")
  .demandCommand(1, 1)
  .strict()
  .fail((message, error, y) => {
    if (error === undefined) y.showHelp();
    console.error(`\n${error === undefined ? message : error.message}`);
    process.exit(interrupted.signal.aborted ? 130 : error === undefined ? 2 : 1);
  })
  .parseAsync();

function pick({ name, dir }: { name?: string | undefined; dir?: string | undefined }): Which {
  return { ...(name === undefined ? {} : { name }), ...(dir === undefined ? {} : { dir }) };
}

function renderStatus({ sandbox, daemons }: Status): string {
  const { live, backup, ssh, proxmox } = sandbox;
  const ports = [live.port, "", backup.port, "", ssh.port, proxmox?.endpoints[0]?.port];
  const rows = daemons.map(({ name, pid, alive }, i) => [
    name,
    alive ? "up" : "DOWN",
    String(pid),
    String(ports[i] ?? ""),
  ]);
  const table = [["DAEMON", "STATE", "PID", "PORT"], ...rows];
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd([12, 6, 9, 6][i] ?? 0))
      .join(" ")
      .trimEnd(),
  );
  return [sandbox.dir, ...lines].join("\n");
}
