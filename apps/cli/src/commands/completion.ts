import { readFileSync } from "node:fs";
import { dressHelp } from "../help.ts";
import type { Command } from "./command.ts";

const SCRIPTS = { bash: "backurne.bash", zsh: "_backurne" } as const;

export const completion: Command = {
  name: "completion <shell>",
  summary: "the script that completes commands, clusters, images and snapshots",
  build: (parser) =>
    dressHelp(parser, {
      usage: "backurne completion bash|zsh",
      examples: [
        ["backurne completion bash > /etc/bash_completion.d/backurne", "for everybody"],
        [". <(backurne completion bash)", "for this shell"],
        ["backurne completion zsh > ~/.zfunc/_backurne", "with ~/.zfunc in fpath"],
      ],
    }).positional("shell", { choices: Object.keys(SCRIPTS), describe: "bash or zsh" }),
  run: async ({ shell }: { shell: keyof typeof SCRIPTS }, { stdout }) => {
    stdout.write(readFileSync(new URL(`../../completions/${SCRIPTS[shell]}`, import.meta.url), "utf8"));
    return 0;
  },
};
