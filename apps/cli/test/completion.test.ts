import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { run } from "./world.ts";
import { COMMANDS } from "./commands.ts";

// Real shells on whatever machine: how long they take proves nothing.
vi.setConfig({ testTimeout: 120_000 });

const directory = mkdtempSync(join(tmpdir(), "backurne-completion-"));
const NAMES = ["rook/web01", "rook/web02", "rook/o'neil", "rook/a b$(touch canary)", "ns:one", "ns:two"];
const POINTS = ["latest", "@2026-11-02T01:00:03", "@2026-11-02T12:58:04", "@2026-11-03T01:00:02"];
const EVERYWHERE = ["--config", "--debug", "--log-level", "--json", "--help"];
const RBD_NAMES = ["rook;web01;None", "rook;db;None"];

/** Answers the completion, and for anything else writes down the words it was called with. */
const FAKE = `#!/bin/bash
if [[ $1 == __complete ]]; then
  printf '%s\\n' "$@" >>"${directory}/asked"
  case $2 in
    clusters) printf '%s\\n' rook px1 ;;
    places) printf '%s\\n' rook/rbd/ backup/backups/ ;;
    profiles) printf '%s\\n' daily hourly ;;
    mapped) printf '%s\\n' m1 m2 ;;
    trash) printf '%s\\n' rook/gone8 rook/gone9 ;;
    snapshots) printf '%s\\n' ${POINTS.map(quote).join(" ")} ;;
    images)
      found=$(printf '%s\\n' ${NAMES.map(quote).join(" ")} | grep -F -- "$3")
      [[ -z $3 || -n $found ]] && printf '%s\\n' "$found" || printf '%s\\n' ${RBD_NAMES.map(quote).join(" ")} ;;
  esac
else
  printf '<%s>' "$@" >"${directory}/words"
fi
`;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

beforeAll(async () => {
  writeFileSync(join(directory, "backurne"), FAKE);
  chmodSync(join(directory, "backurne"), 0o755);
  writeFileSync(join(directory, "completion.bash"), (await run("completion bash")).stdout);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Types into an interactive bash on a terminal of its own; returns the words the command was called with. */
function type(keys: string): string {
  rmSync(join(directory, "words"), { force: true });
  rmSync(join(directory, "asked"), { force: true });
  const input = [
    `PATH=${directory}:$PATH; cd ${directory}; bind 'set bell-style none'`,
    ". ./completion.bash",
    keys,
    "exit\n",
  ].join("\n");
  const shell = "bash --norc --noprofile -i";
  spawnSync("script", ["-qec", shell, "/dev/null"], { input, encoding: "utf8", timeout: 100_000 });
  return readFileSync(join(directory, "words"), "utf8");
}

/** What bash would offer at the end of `line`; its words as bash cuts them. */
function offer(line: string, words: readonly string[]): readonly string[] {
  const script = `
    PATH=${directory}:$PATH; . ${directory}/completion.bash
    COMP_LINE=$1 COMP_POINT=\${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    [[ $(complete -p backurne) == "complete -F _backurne backurne" ]] || exit 9
    _backurne backurne "\${COMP_WORDS[-1]}" "\${COMP_WORDS[-2]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", line, ...words], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter(Boolean);
}

/** For lines without quotes and breaks. */
function offerPlain(line: string): readonly string[] {
  return offer(line, line.split(" "));
}

describe("bash offers", () => {
  test.each([
    ["backurne ", [...COMMANDS]],
    ["backurne pl", ["plan"]],
    ["backurne retention ", ["apply"]],
    ["backurne retention apply rook/web0", ["rook/web01", "rook/web02"]],
    ["backurne retention apply rook/web01 --d", ["--dry-run", "--debug"]],
    ["backurne check --s", ["--state-dir"]],
    ["backurne --d", ["--debug"]],
    ["backurne backup --cl", ["--cluster", "--cleanup"]],
    ["backurne backup --cluster ", ["rook", "px1"]],
    ["backurne backup --cluster p", ["px1"]],
    ["backurne plan --profile ", ["daily", "hourly"]],
    ["backurne plan --take-over ", ["prove"]],
    ["backurne plan --dry", []],
    ["backurne plan --vm", ["--vmid"]],
    ["backurne plan --vmid -", []],
    ["backurne backup --cluster px1 --vmid 100 --prof", ["--profile"]],
    ["backurne --vmid 100 pl", ["plan"]],
    ["backurne --log-level w", ["warn"]],
    ["backurne ls rook/w", ["rook/web01", "rook/web02"]],
    ["backurne ls --json rook/w", ["rook/web01", "rook/web02"]],
    ["backurne ls rook/web01 ", []],
    ["backurne ls --", ["--uuid", ...EVERYWHERE]],
    ["backurne token ", ["create", "ls", "revoke"]],
    ["backurne token create --scope ", ["read", "explore", "map", "backup", "admin"]],
    ["backurne verify rook/w", ["rook/web01", "rook/web02"]],
    ["backurne verify --sample 1/30 rook/w", ["rook/web01", "rook/web02"]],
    ["backurne verify --sample ", ["1/7", "1/30"]],
    ["backurne verify --f", ["--full"]],
    ["backurne check-snap rook/w", ["rook/web01", "rook/web02"]],
    ["backurne check-snap --c", ["--cluster", "--config"]],
    ["backurne config ", ["check", "example", "convert", "schema"]],
    ["backurne completion ", ["bash", "zsh"]],
    ["backurne stats ", []],
    ["backurne release --a", ["--all"]],
    ["backurne forget rook/w", ["rook/web01", "rook/web02"]],
    ["backurne trash ", ["ls", "restore", "empty"]],
    ["backurne trash restore rook/gone9", ["rook/gone9"]],
    ["backurne trash ls ", []],
    ["backurne trash empty --y", ["--yes"]],
    ["backurne hold rook/w", ["rook/web01", "rook/web02"]],
    ["backurne hold rook/web01 --until ", []],
    ["backurne restore rook/w", ["rook/web01", "rook/web02"]],
    ["backurne restore rook/web01 ", POINTS],
    ["backurne restore rook/web01 l", ["latest"]],
    ["backurne restore rook/web01 latest ", []],
    ["backurne restore rook/web01 latest --", ["--to", "--dry-run", ...EVERYWHERE]],
    ["backurne restore rook/web01 latest --to ro", ["rook/rbd/"]],
    ["backurne restore rook/web01 --to rook/rbd/back l", ["latest"]],
    ["backurne map rook/w", ["rook/web01", "rook/web02"]],
    ["backurne map rook/web01 l", ["latest"]],
    ["backurne map rook/web01 latest ", ["all"]],
    ["backurne map --with rook/web02@latest --for ", ["1h", "8h", "2d"]],
    ["backurne unmap ", ["m1", "m2"]],
    ["backurne list-mapped --u", ["--uuid"]],
  ])("%s", (line, expected) => expect(offerPlain(line)).toEqual(expected));

  test("names in the quotes the shell needs", () => {
    expect(offerPlain("backurne ls rook/a")).toEqual(["rook/a\\ b\\$\\(touch\\ canary\\)"]);
    expect(offer("backurne ls 'rook/a", ["backurne", "ls", "'rook/a"])).toEqual(["rook/a b$(touch canary)"]);
    expect(offer("backurne ls rook\\;", ["backurne", "ls", "rook\\;"])).toEqual([
      "rook\\;web01\\;None",
      "rook\\;db\\;None",
    ]);
    expect(offer('backurne ls "rook;w', ["backurne", "ls", '"rook;w'])).toEqual(["rook;web01;None"]);
  });

  test("only the rest where bash cuts a word at : or =", () => {
    expect(offer("backurne ls ns:t", ["backurne", "ls", "ns", ":", "t"])).toEqual(["two"]);
    expect(offer("backurne plan --cluster=p", ["backurne", "plan", "--cluster", "=", "p"])).toEqual(["px1"]);
  });

  test("the snapshots of the image that stands before, and of those times what follows the break", () => {
    const words = ["backurne", "restore", "'rook;web01;None'", "@", "2026-11-02T12", ":"];
    expect(offer("backurne restore 'rook;web01;None' @2026-11-02T12:", words)).toEqual(["58:04"]);
    expect(readFileSync(join(directory, "asked"), "utf8")).toMatch(
      /__complete\nsnapshots\nrook;web01;None\n@2026-11-02T12:\n$/,
    );
  });

  test("what the given configuration holds", () => {
    rmSync(join(directory, "asked"), { force: true });
    offerPlain("backurne ls --config /etc/b.yaml rook/w");
    expect(readFileSync(join(directory, "asked"), "utf8")).toBe("__complete\nimages\nrook/w\n--config\n/etc/b.yaml\n");
  });
});

describe("typed into a real bash, the command gets the name", () => {
  test.each([
    ["backurne explain ns:t\t", "<explain><ns:two>"],
    ["backurne ls rook/a\t", "<ls><rook/a b$(touch canary)>"],
    ["backurne ls rook/o\t", "<ls><rook/o'neil>"],
    ["backurne ls 'rook;w\t", "<ls><rook;web01;None>"],
    ["backurne ls rook\\;w\t", "<ls><rook;web01;None>"],
    ['backurne ls "rook;d\t', "<ls><rook;db;None>"],
    ["backurne pl\t--clus\tpx\t--prof\tda\t", "<plan><--cluster><px1><--profile><daily>"],
    ["backurne plan --cluster=p\t", "<plan><--cluster=px1>"],
    ["backurne restore rook\\;w\t @2026-11-03\t", "<restore><rook;web01;None><@2026-11-03T01:00:02>"],
    ["backurne restore ns:t\t @2026-11-02T12\t", "<restore><ns:two><@2026-11-02T12:58:04>"],
    ["backurne restore ns:t\t la\t --to ro\tback", "<restore><ns:two><latest><--to><rook/rbd/back>"],
    ["backurne restore ns:t\t la\t", "<restore><ns:two><latest>"],
  ])("%j", (keys, words) => expect(type(keys)).toBe(words));
});

test("zsh gets a script of its own", async () => {
  expect((await run("completion zsh")).stdout).toMatch(/^#compdef backurne\n/);
});
