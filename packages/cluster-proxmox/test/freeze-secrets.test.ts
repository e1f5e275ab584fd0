import { renameSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { found } from "./found.ts";
import { open, watchdogsEnd } from "./hold.ts";
import type { Call, Odd } from "./vm.ts";

const TOKEN = "5f1c9d5e-token-secret";
const PASSWORD = "pass&word=%7! é";
const LOGINS = {
  token: { login: { tokenId: "u@pam!b", tokenSecret: TOKEN }, secrets: [TOKEN] },
  password: { login: { user: "u@pam", password: PASSWORD }, secrets: [PASSWORD, "PVE:u@pam:1::c2lnbg==", "csrf-1"] },
};

describe("secrets are in nothing that is said of a guest", () => {
  const calls: readonly Call[] = ["state", "ping", "freeze", "thaw", "status"];
  const rows = calls.flatMap((call) => [{ call, by: "token" } as const, { call, by: "password" } as const]);

  it.each([...rows, { call: "ticket", by: "password" } as const])(
    "when the answer to $call repeats them, by $by",
    async ({ call, by }) => {
      const { login } = LOGINS[by];
      const secrets = call === "ticket" ? [PASSWORD] : LOGINS[by].secrets;
      const telltale: Odd = () => ({ status: 500, message: `no, ${secrets.join(" ")}` });
      const times = { thawing: 0, guardThawing: 0 };
      const { cluster } = await open({ login, times, odds: { [call]: telltale } });
      const frozen = await cluster.freeze(found());
      const said: unknown[] = [
        frozen,
        await cluster.thaw(100),
        await cluster.stillness(found()).catch((error) => error),
      ];
      if (frozen.frozen) said.push(await frozen.thaw());
      await watchdogsEnd();
      const shown = inspect(said, { depth: 10, showHidden: true });
      expect(shown).toContain("500 no, ***");
      for (const secret of [...secrets, ...secrets.map(encodeURIComponent)]) expect(shown).not.toContain(secret);
    },
  );

  it.each(["token", "password"] as const)("when the watchdog cannot start, by %s", async (by) => {
    const { login, secrets } = LOGINS[by];
    const {
      server,
      cluster,
      calls: asked,
    } = await open({
      login,
      whenGuarded: ({ caFile }) => renameSync(caFile, `${caFile}.away`),
    });
    onTestFinished(() => renameSync(`${server.caFile}.away`, server.caFile));
    const answer = await cluster.freeze(found());
    const because = expect.stringMatching(/^freeze watchdog: cannot read the certificate authority: .*cert\.pem'$/);
    expect(answer).toEqual({ frozen: false, because });
    expect(asked().filter((call) => call !== "ticket")).toEqual(["state", "ping"]);
    for (const secret of secrets) expect(inspect(answer)).not.toContain(secret);
  });
});
