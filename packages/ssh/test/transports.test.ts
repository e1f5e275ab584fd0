import { type Pipeline, quote } from "@backurne/exec";
import { describe, expect, it } from "vitest";
import {
  compress,
  expand,
  helperTransport,
  keepConnections,
  localTransport,
  resolveHelper,
  sshTransport,
} from "../src/index.ts";

const info: Pipeline = [{ file: "rbd", args: ["info", "--image=it's"], answers: [2, 255] }];
const exported: Pipeline = [
  { file: "rbd", args: ["export-diff", "-"] },
  { file: "zstd", args: ["-1"], env: { A: "x y" } },
];
const script = "export LC_ALL=C TZ=UTC\nexec -- 'rbd' 'info' '--image=it'\\''s'";

describe("ssh", () => {
  const common = ["BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=3"];
  const set = (...settings: string[]) => ["-T", ...[...common, ...settings].flatMap((setting) => ["-o", setting])];
  const target = { host: "live1", controlPath: "/run/b/%C" };
  const full = { ...target, user: "backup", port: 2222, identityFile: "/k e y", configFile: "/c" };

  it.each([
    ["control", target, [...set("ControlMaster=auto", "ControlPersist=30"), "-S", "/run/b/%C"]],
    ["control", { host: "live1" }, [...set("ControlMaster=no"), "-S", "none"]],
    ["bulk", target, [...set("ControlMaster=no"), "-S", "none"]],
    [
      "bulk",
      full,
      [...set("ControlMaster=no"), "-S", "none", "-F", "/c", "-i", "/k e y", "-p", "2222", "-l", "backup"],
    ],
  ] as const)("%s: options of %j", (flavour, at, options) => {
    const transport = sshTransport(at, flavour);
    const remote = `exec bash '--norc' '-o' 'pipefail' '-c' ${quote(script)}`;
    expect(transport.place).toBe("live1");
    const label = `rbd info ${quote("--image=it's")} on live1`;
    const args = [...options, "--", "live1", remote];
    expect(transport.wrap(info)).toEqual([{ file: "ssh", args, answers: [2], label }]);
  });

  it("bulk with kept connections: one for each that runs, given back by what ended well", () => {
    const { wrap } = sshTransport({ ...target, connections: keepConnections((number) => `/run/b/s${number}`) }, "bulk");
    const start = () => wrap(info)[0];
    const [one, other] = [start(), start()];
    const options = (path: string) => [...set("ControlMaster=auto", "ControlPersist=2"), "-S", path];
    expect(one.args.slice(0, -3)).toEqual(options("/run/b/s0"));
    expect(other.args.slice(0, -3)).toEqual(options("/run/b/s1"));
    one.onEnd?.(255);
    other.onEnd?.(0);
    expect(start().args.slice(0, -3)).toEqual(options("/run/b/s1"));
    expect(start().args.slice(0, -3)).toEqual(options("/run/b/s2"));
  });

  it("folds stages into one remote pipeline", () => {
    const [command] = sshTransport(target, "bulk").wrap(exported);
    expect(command.args.at(-1)).toContain(
      quote("export LC_ALL=C TZ=UTC\nexec -- 'rbd' 'export-diff' '-' | A='x y' exec -- 'zstd' '-1'"),
    );
    expect(command.answers).toBeUndefined();
  });

  it.each(["-oProxyCommand=x", "", "a b", "a;b", "$(id)", "a\nb", "a\0"])("refuses the host %j", (host) => {
    expect(() => sshTransport({ host }, "bulk")).toThrow("not an ssh host");
    expect(() => sshTransport({ host: "live1", user: host }, "bulk")).toThrow("not an ssh user");
  });

  it.each(["live-1.example", "10.0.0.1", "fe80::1%eth0", "root@live1"])("takes the host %j", (host) => {
    expect(sshTransport({ host }, "bulk").place).toBe(host);
  });

  it("refuses NUL, names of variables that are none, and answers nobody could tell apart", () => {
    const { wrap } = sshTransport(target, "bulk");
    expect(() => wrap([{ file: "rbd", args: ["a\0b"] }])).toThrow("NUL byte: a\\x00b");
    expect(() => wrap([{ file: "rbd", args: [], env: { "A=1;id": "" } }])).toThrow("A=1;id");
    expect(() => wrap([info[0], info[0]])).toThrow("a command of their own");
  });
});

describe("a helper", () => {
  it("gets its argv without a shell", () => {
    const { place, wrap } = helperTransport({ cmd: "kubectl", args: ["exec", "-i", "tools", "--"] });
    expect(place).toBe("kubectl exec -i tools --");
    expect(wrap(info)).toEqual([
      {
        file: "kubectl",
        args: ["exec", "-i", "tools", "--", "bash", "--norc", "-o", "pipefail", "-c", script],
        answers: [2, 255],
        label: `rbd info ${quote("--image=it's")} on kubectl exec -i tools --`,
      },
    ]);
  });

  const use = { cmd: "k-%HELPERNAME%", args: ["exec", "%HELPERNAME%", "pod/%HELPERNAME%/%HELPERNAME%"] };
  const get = { cmd: "kubectl", args: ["get", "pods"] };

  it.each(["tools-7f", "  tools-7f\n", "$&"])("is named by %j", (output) => {
    const name = output.trim();
    expect(resolveHelper({ use, get }, output)).toEqual({
      cmd: `k-${name}`,
      args: ["exec", name, `pod/${name}/${name}`],
    });
  });

  it.each(["", "\n", "two\nlines", "two words", "-o"])("is not named by %j", (output) => {
    expect(() => resolveHelper({ use, get }, output)).toThrow("not one word");
  });

  it("needs no name without a command that tells it", () => expect(resolveHelper({ use })).toBe(use));
});

it("local changes nothing", () => {
  expect(localTransport().place).toBe("local");
  expect(localTransport().wrap(exported)).toBe(exported);
});

it("expand adds a stage here and one there", () => {
  const { here, there } = expand(info, 3);
  expect(here).toEqual({ file: "zstd", args: ["-3", "-c", "-q"] });
  expect(there).toEqual([{ file: "zstd", args: ["-d", "-c", "-q"] }, info[0]]);
});

it("compress adds a stage there and one here", () => {
  const { there, here } = compress(info, 3);
  expect(there).toEqual([info[0], { file: "zstd", args: ["-3", "-c", "-v"] }]);
  expect(here).toEqual({ file: "zstd", args: ["-d", "-c", "-q"] });
});
