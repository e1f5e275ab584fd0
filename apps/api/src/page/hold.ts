import { BackurneError, parseLocalTime } from "@backurne/model";
import type { Context } from "hono";
import { html } from "hono/html";
import { readForm } from "../form.ts";
import type { Caller, Env, Scene } from "../scene.ts";
import { allows } from "../scopes.ts";
import type { Html } from "./words.ts";

/** Why something is to stay, and until when: a button that opens into a form, for those who may. `called`: what is held. */
export function holdForm(
  caller: Caller,
  {
    path,
    called,
    word = "Hold",
    fields = {},
  }: { path: string; called: string; word?: string; fields?: Record<string, string> },
): Html {
  if (!allows(caller.scopes, "backup")) return html``;
  return html`<details class="hold">
    <summary aria-label="${`Hold ${called}`}">${word}</summary>
    <form method="post" action="${path}">
      ${Object.entries(fields).map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}" />`)}
      <label>reason<input name="reason" maxlength="200" autocomplete="off" /></label>
      <label>until<input name="until" type="date" /></label>
      <button aria-label="${`Hold it: ${called}`}">Hold it</button>
    </form>
  </details>`;
}

/** What came by such a form. Hosts hold; who asked for it stands in the reason. @throws BackurneError `usage` */
export async function readHold(context: Context<Env>, { settings }: Pick<Scene, "settings">) {
  const fields = await readForm(context);
  const [at, snapshot, reason, date] = ["at", "snapshot", "reason", "until"].map((key) => {
    const value = fields[key];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  });
  if (reason !== undefined && reason.length > 200) throw new BackurneError("usage", "a reason has at most 200 letters");
  const until = date === undefined ? undefined : parseLocalTime(date, settings.timezone);
  if (date !== undefined && until === undefined) {
    throw new BackurneError("usage", "until: that is no day", { hint: "local time, as 2027-01-01" });
  }
  const by = `by ${context.get("caller").name}`;
  return { at, snapshot, until, reason: reason === undefined ? by : `${reason}, ${by}` };
}
