import { describeError, type SshSettings } from "@backurne/model";
import type { Executor } from "@backurne/exec";
import { forEachOf, type Found, type Probe } from "../probe.ts";
import { placeOf, uniqueBy, type Site } from "../site.ts";

export const ssh: Probe = {
  name: "ssh",
  look({ sites, house: { executor } }) {
    const reached = uniqueBy(
      sites.filter((site) => site.ssh),
      placeOf,
    );
    return forEachOf(
      reached,
      ({ host }) => host,
      async (site) => [...(await reach(site)), ...(await judgeOptions(site, executor))],
    );
  },
};

/** What ssh says, and what to do about it. The first that fits. */
const REASONS: readonly (readonly [said: RegExp, what: string, how: string])[] = [
  [
    /host key verification failed|no .* host key is known/i,
    "its host key is not known, or another one than before",
    "log in once by hand and compare the key, or put it into known_hosts",
  ],
  [
    /permission denied/i,
    "it refuses the key",
    "put the public key into authorized_keys there; no password can be typed",
  ],
  [/could not resolve/i, "its name is not known", "correct fqdn, or the ssh configuration"],
  [/connection refused/i, "nothing listens there", "start sshd, or correct host and port"],
  [/timed out|no route|unreachable/i, "it cannot be reached", "look at the network and the firewall"],
  [/reset by peer|kex_exchange/i, "it drops connections", "raise MaxStartups in its sshd_config"],
];

async function reach({ run, host, connections }: Site): Promise<readonly Found[]> {
  try {
    const script = "sshd -T 2>/dev/null | sed -n 's/^maxstartups //p'";
    const { stdout } = await run({ file: "sh", args: ["-c", script] }, "read");
    return judgeStartups(host, Number(stdout.split(":")[0]), connections);
  } catch (error) {
    const said = describeError(error);
    const [, what = said.replaceAll(/\s+/g, " ").slice(0, 300), how = "try ssh by hand with the same options"] =
      REASONS.find(([pattern]) => pattern.test(said)) ?? [];
    return [{ severity: "error", about: host, what, why: "nothing of its cluster is backed up", how }];
  }
}

/** 0, or no number: root alone is told. */
function judgeStartups(host: string, begin: number, connections: number): readonly Found[] {
  if (!(begin > 0) || begin >= connections) return [];
  return [
    {
      severity: "warning",
      about: host,
      what: `sshd there drops connections from ${begin} at once on; up to ${connections} transfers begin together`,
      why: "a dropped connection is a transfer that is tried again",
      how: `MaxStartups ${connections * 2}:30:${connections * 5} in its sshd_config, or a smaller live_worker`,
    },
  ];
}

/** As ssh understands its own configuration. */
async function judgeOptions({ ssh: target, host }: Site, executor: Executor): Promise<readonly Found[]> {
  const { configFile, host: name } = target as SshSettings;
  const args = ["-G", ...(configFile ? ["-F", configFile] : []), "--", name];
  const { stdout } = await executor.run([{ file: "ssh", args }], { timeout: 15_000 });
  const options = new Map(stdout.split("\n").map((line) => line.split(" ", 2) as [string, string]));
  if (!["no", "false", "off", "accept-new"].includes(options.get("stricthostkeychecking") ?? "")) return [];
  return [
    {
      severity: "warning",
      about: host,
      what: `its host key is not checked (StrictHostKeyChecking ${options.get("stricthostkeychecking")})`,
      why: "another host could answer in its place, and be backed up",
      how: "StrictHostKeyChecking yes in the ssh configuration, and its key in known_hosts",
    },
  ];
}
