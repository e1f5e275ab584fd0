import {
  formatKey,
  printable,
  shortName,
  type Disk,
  type LiveCluster,
  type ProfilesAnswer,
  type ProfilesApiSettings,
} from "@backurne/model";
import pLimit from "p-limit";
import { readAnswer } from "./answer.ts";
import { describeAge, openMemory } from "./memory.ts";
import { questionFor } from "./question.ts";
import { openServer } from "./send.ts";

/** Questions under way at once. */
const WIDTH = 16;
/** So many questions in a row without any answer, and nobody is asked any more: a thousand times 10 s would be hours. */
const PATIENCE = 3;
/** So many wrong answers are named each; of a server that always answers wrongly nobody needs a thousand warnings. */
const NAMED = 5;

export interface AskedProfiles {
  readonly answer: ProfilesAnswer | undefined;
  /** The server did not say so now: why, and what is used instead. */
  readonly warning?: string | undefined;
}

export interface ProfilesApi {
  /**
   * Never throws. Questions that overlap belong together, as those of one run do: what they learnt is written down
   * when the last of them is answered, and a server that is silent is given up until then.
   */
  ask(disk: Disk, cluster: LiveCluster): Promise<AskedProfiles>;
  close(): Promise<void>;
}

export interface ProfilesApiOptions {
  /** Where the last good answers are kept; they are used while the server is silent. */
  readonly stateFile?: string | undefined;
  /** Epoch ms. */
  readonly now?: (() => number) | undefined;
  /** ms for one question; 10 s by default. */
  readonly timeout?: number | undefined;
}

export function openProfilesApi(settings: ProfilesApiSettings, options: ProfilesApiOptions = {}): ProfilesApi {
  const { stateFile, now = Date.now, timeout = 10_000 } = options;
  const server = openServer(settings, timeout);
  const memory = openMemory(stateFile);
  const limit = pLimit(WIDTH);
  const { host } = new URL(settings.url);
  let overlapping = 0;
  let silences = 0;
  let silence = "";
  let wrongs = 0;

  async function askOnce(disk: Disk, cluster: LiveCluster): Promise<AskedProfiles> {
    const key = formatKey(disk.key);
    if (silences >= PATIENCE) return recall(key, silence);
    const reply = await server.post(questionFor(disk, cluster));
    if (reply.kind === "silent") {
      silences += 1;
      silence = `${host}: ${reply.because}`;
      return recall(key, silence);
    }
    silences = 0;
    if (reply.kind === "useless") return recall(key, `${host} ${reply.because}`);
    const read = readAnswer(reply.value);
    if ("wrong" in read) {
      wrongs += 1;
      const whose = wrongs <= NAMED ? shortName(disk) : "other disks";
      return recall(key, `${host}: the answer for ${whose} is wrong: ${read.wrong}`);
    }
    await memory.keep(key, reply.value, now());
    return read;
  }

  async function recall(key: string, because: string): Promise<AskedProfiles> {
    const remembered = await memory.recall(key);
    if (!remembered) return { answer: undefined, warning: safe(`${because}; what is configured applies`) };
    const age = describeAge(now() - remembered.at);
    return { answer: remembered.answer, warning: safe(`${because}; its answer of ${age} ago is used`) };
  }

  /** Servers choose the words of their errors. */
  function safe(text: string): string {
    const { token } = settings;
    return printable(token ? text.replaceAll(token, "…") : text).slice(0, 500);
  }

  return {
    async ask(disk, cluster) {
      overlapping += 1;
      const asked = await limit(askOnce, disk, cluster);
      overlapping -= 1;
      if (overlapping > 0) return asked;
      silences = wrongs = 0;
      const trouble = await memory.save(now());
      return trouble === undefined ? asked : { warning: safe(`answers are not remembered: ${trouble}`), ...asked };
    },
    close: () => server.close(),
  };
}
