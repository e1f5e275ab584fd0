import { describeError, type Diagnosis } from "@backurne/model";
import { goesOn, judgePrecheck, unknownStatus, type CheckStatus } from "@backurne/reports";
import { loadPrecheck } from "backurne/check";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { readForm } from "../form.ts";
import { readPolicy } from "../policy.ts";
import { requireScope } from "../guard/who.ts";
import type { Known } from "../known.ts";
import type { Env, Scene } from "../scene.ts";
import { findingsSheet } from "./findings.ts";
import { readHold } from "./hold.ts";
import { imageSheet } from "./image.ts";
import { sheet } from "./layout.ts";
import { SCRIPT, STYLE } from "./login.ts";
import { mountFiles } from "./mount-files.ts";
import { mountGuest } from "./mount-guest.ts";
import { mountVerifications } from "./mount-verifications.ts";
import { overview } from "./overview.ts";
import { planSheet } from "./plan.ts";
import { policiesSheet, triedOf, type Tried } from "./policies.ts";
import { runSheet, runsSheet } from "./runs.ts";
import { imagePath, name, type Html } from "./words.ts";

type Asked = Context<Env>;

/** Pages for people: the same use cases, rendered here. What changes something is a form, and asks for its scope. */
export function mountPage(app: OpenAPIHono<Env>, scene: Scene, known: Known): void {
  const { backurne, reads, runs, settings, now } = scene;
  const show = async (
    context: Asked,
    at: Parameters<typeof sheet>[0]["at"],
    title: string,
    body: Html,
    refresh = false,
  ) => context.html(await sheet({ title, at, body: await body, caller: context.get("caller"), refresh }));
  const read = requireScope("read");

  app.get("/page.css", read, (context) => context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get("/page.js", read, (context) =>
    context.body(SCRIPT, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );

  app.get("/", read, async (context) => {
    const [images, usage, space, check, all] = await Promise.all([
      reads.share("images", () => backurne.list()),
      soon(known.usage()),
      soon(known.space()),
      checkOf(scene),
      runs.list(),
    ]);
    const going = await Promise.all(
      all.runs.filter((run) => run.state === "running" || goesOn(run, now())).map(({ run }) => runs.find(run)),
    );
    const comparing = scene.verifications.list().filter(({ state }) => state === "running");
    return show(
      context,
      "/",
      "Overview",
      overview({ images, usage, space, check, going, comparing, trouble: all.trouble }, scene),
      true,
    );
  });
  app.get("/images/:image", read, async (context) => {
    const image = context.req.param("image");
    const found = await reads.share(`image ${image}`, () => backurne.inspect(image));
    return show(context, "/", name(found.image.reference), imageSheet(found, { scene, caller: context.get("caller") }));
  });
  app.post("/images/:image/hold", requireScope("backup"), async (context) => {
    const image = context.req.param("image");
    const { snapshot, until, reason } = await readHold(context, scene);
    await backurne.hold({ image, snapshot, until, reason });
    return context.redirect(imagePath(image), 303);
  });
  app.post("/images/:image/release", requireScope("admin"), async (context) => {
    const image = context.req.param("image");
    await backurne.release({ image, snapshot: await fieldOf(context, "snapshot") });
    return context.redirect(imagePath(image), 303);
  });
  mountGuest(app, scene, () => soon(known.usage()));
  mountFiles(app, scene);
  mountVerifications(app, scene);
  app.get("/plan", read, async (context) => {
    const plan = await reads.share("plan", () => backurne.plan({ estimate: false }));
    return show(context, "/plan", "Plan", planSheet(plan, context.get("caller")));
  });
  app.get("/runs", read, async (context) =>
    show(context, "/runs", "Runs", runsSheet(await runs.list(), { scene, caller: context.get("caller") })),
  );
  app.post("/runs", requireScope("backup"), async (context) => {
    const { run } = await runs.start({});
    return context.redirect(`/runs/${run}`, 303);
  });
  app.get("/runs/:run", read, async (context) => {
    const run = await runs.find(context.req.param("run"));
    const events = await reads.share(`events ${run.run}`, () => runs.events(run.run));
    return show(context, "/runs", "Run", runSheet(run, { scene, caller: context.get("caller"), events }));
  });
  app.post("/runs/:run/stop", requireScope("backup"), async (context) => {
    const { run } = await runs.cancel(context.req.param("run"), context.get("caller").name);
    return context.redirect(`/runs/${run}`, 303);
  });
  app.get("/policies", read, async (context) => {
    const asked = linesOf(context);
    const tried = asked.length > 0 ? asked : settings.profiles.map(triedOf);
    const policy = readTried(tried);
    return show(context, "/policies", "Policies", await policiesSheet({ settings, tried, ...policy }, now()));
  });
  const findings = async (context: Asked, diagnosis?: Diagnosis) => {
    const found = { check: await checkOf(scene), diagnosis };
    return show(context, "/findings", "Findings", findingsSheet(found, { scene, caller: context.get("caller") }));
  };
  app.get("/findings", read, (context) => findings(context));
  app.post("/findings/doctor", requireScope("backup"), async (context) =>
    findings(context, await reads.share("diagnosis", () => backurne.examine())),
  );
  app.post("/findings", requireScope("backup"), async (context) => {
    await scene.precheck();
    return context.redirect("/findings", 303);
  });
}

async function checkOf({ settings, now }: Scene): Promise<CheckStatus> {
  try {
    return judgePrecheck(await loadPrecheck({ env: {}, stateDir: settings.stateDir }), now());
  } catch (error) {
    return unknownStatus(describeError(error));
  }
}

/** Weighing a large pool takes minutes: a page does not wait for it, and has it the next time. */
async function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), 300));
  return Promise.race([answer, late]);
}

async function fieldOf(context: Asked, key: string): Promise<string | undefined> {
  const value = (await readForm(context))[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function linesOf({ req }: Asked): readonly Tried[] {
  const [names = [], counts = [], everies = [], ats = []] = ["name", "count", "every", "at"].map((key) =>
    req.queries(key),
  );
  const lines = names.map((one, index) => ({
    name: one.trim(),
    count: counts[index]?.trim() ?? "",
    every: everies[index]?.trim() ?? "",
    at: ats[index]?.trim() ?? "",
  }));
  return lines.filter((line) => line.name !== "").slice(0, 12);
}

function readTried(tried: readonly Tried[]) {
  try {
    return {
      profiles: tried.map(({ name: one, count, every, at }) => readPolicy(one, { count: Number(count), every, at })),
    };
  } catch (error) {
    return { profiles: [], problem: describeError(error) };
  }
}
