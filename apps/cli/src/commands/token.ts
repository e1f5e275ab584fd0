import { BackurneError, type Settings } from "@backurne/model";
import type { TokenCreated, TokenRevoked, Tokens } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderTokens } from "../render/tokens.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";

interface TokenArgs extends GlobalArgs {
  readonly action: "create" | "ls" | "revoke";
  readonly id?: string | undefined;
  readonly scope?: readonly Scope[] | undefined;
  readonly name?: string | undefined;
}

type Scope = TokenCreated["scopes"][number];
// Written down once more: the list itself would bring all schemas with it, into each command.
const SCOPES: readonly Scope[] = ["read", "explore", "map", "backup", "admin"];

export const token: Command = {
  name: "token <action> [id]",
  summary: "who may ask `backurne serve`: create, list, revoke",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne token create|ls|revoke [ID]\n\nTokens for `backurne serve` of this host. A token is printed once, and kept as a hash only.\n" +
        "Scopes: read; explore (files of what is mapped); map; backup (runs, holds, verification); admin (all, and the rest).\n" +
        "Each includes reading. What is created or revoked is written to STATE_DIR/audit.ndjson.",
      examples: [
        ["backurne token create --scope read --name grafana", "prints it, this once"],
        ["backurne token ls", "without the tokens themselves"],
        ["backurne token revoke 5f0c1d2e3a4b", "it is worth nothing from now on"],
      ],
    })
      .positional("action", { choices: ["create", "ls", "revoke"] as const, describe: "what to do" })
      .positional("id", { type: "string", describe: "revoke: its id, as `backurne token ls` shows it" })
      .option("scope", { choices: SCOPES, array: true, requiresArg: true, describe: "create: what it is good for" })
      .option("name", { type: "string", requiresArg: true, describe: "create: for people, and for the audit log" }),
  run: async (args: TokenArgs, world) => {
    const door = await world.loadFrontDoor();
    const settings = await door.readConfig(door.findConfig({ flag: args.config, env: world.env }));
    const { openAuditedTokens } = await world.loadApi();
    const warn = (message: string): void => world.stderr.write(`backurne: ${message}\n`);
    const tokens = openAuditedTokens(settings.stateDir, { now: world.now, user: world.user(), warn });
    return ACTIONS[args.action](args, { settings, world, tokens });
  },
};

interface Scene {
  readonly world: World;
  readonly settings: Settings;
  readonly tokens: ReturnType<Awaited<ReturnType<World["loadApi"]>>["openAuditedTokens"]>;
}

const ACTIONS: Readonly<Record<TokenArgs["action"], (args: TokenArgs, scene: Scene) => Promise<number>>> = {
  async create({ scope = [], name = "", json }, { tokens, world }) {
    if (scope.length === 0) {
      throw new BackurneError("usage", "token create needs --scope", { hint: `one of: ${SCOPES.join(", ")}` });
    }
    const { token: made, text } = await tokens.create({ name, scopes: [...new Set(scope)] });
    const document: TokenCreated = { version: 1, kind: "token-created", text, ...made };
    if (json) printDocument(document, world);
    else printLines([text], world);
    return 0;
  },
  async ls({ json }, { tokens, settings, world }) {
    const document: Tokens = { version: 1, kind: "tokens", tokens: await tokens.list() };
    if (json) printDocument(document, world);
    else printLines(renderTokens(document.tokens, lookOf({ settings, world })), world);
    return 0;
  },
  async revoke({ id, json }, { tokens, world }) {
    if (id === undefined) {
      throw new BackurneError("usage", "token revoke needs an ID", { hint: "`backurne token ls` shows them all" });
    }
    await tokens.revoke(id);
    const document: TokenRevoked = { version: 1, kind: "token-revoked", id };
    if (json) printDocument(document, world);
    else printLines([`revoked ${id}`], world);
    return 0;
  },
};
